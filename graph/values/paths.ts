import { shown } from '../../constructs/core/forms';

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go: what a route may not hold. */
const SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const ENDINGS = ['/..', '/.'];

/** What is wrong with the path of a route. */
export function pathMisfit(path: string, type = 'Prefix'): string | undefined {
  if (path === '') return type === 'ImplementationSpecific' ? undefined : 'is empty; it must begin with a slash';
  if (!path.startsWith('/')) return `is "${shown(path)}"; it must begin with a slash`;
  if (type === 'ImplementationSpecific') return undefined;
  const sequence = SEQUENCES.find((part) => path.includes(part)) ?? ENDINGS.find((end) => path.endsWith(end));
  if (sequence !== undefined) return `is "${shown(path)}"; it may not hold ${sequence}`;
  return /^[\x21-\x7e]*$/.test(path) && !/["'`{};\\<>]/.test(path)
    ? undefined
    : `is "${shown(path)}"; letters that a URL does not have go encoded, as %20`;
}
