import { eachLeaf } from './json-value';

/** A value of a release, as `secretProblems` looks at it. */
interface HeldByRelease {
  readonly path: string;
  readonly leaf: string | number;
  readonly variable?: string;
  readonly isSecret?: boolean;
  readonly isUnsure?: boolean;
}

const PASSWORD = /(password|passwd|passphrase|clientSecret|secretAccessKey|privateKey|accessToken|authToken)$/i;
/** In some charts a secret, in others the key of one. */
const MAYBE = /(apiKey|secretKey|token|secret)$/i;
/** What lies below these says where a secret is, and is none: `auth.existingSecret`, `secretKeyRef.key`, `secretKeys.adminPassword`. */
const REFERENCE = /(existing\w*Secret|secret(Key)?Ref|secretKeys|valueFrom|secretName|keyMapping)/i;
/** A word as the keys of Secrets are: `admin-password`. */
const WORD = /^[a-z]+([-._][a-z]+)*$/i;

/**
 * Values of a release whose name says that they are a password. Names of Secrets and of their keys (`existingSecret`, `passwordKey`,
 * `tlsSecretName`) are none; where a name says both and the value is a plain word, nobody can be sure.
 */
export function heldByRelease(values: unknown): HeldByRelease[] {
  const places: HeldByRelease[] = [];
  eachLeaf(values, (leaf, path, isKey) => {
    if (isKey || (typeof leaf !== 'string' && typeof leaf !== 'number')) return;
    const place = { path: `values.${path()}`, leaf };
    const variable = /[\w-]*$/.exec(path())?.[0] ?? '';
    const isSure = PASSWORD.test(variable);
    if (REFERENCE.test(path()) || !(isSure || MAYBE.test(variable))) places.push(place);
    else places.push({ ...place, variable, isSecret: true, isUnsure: !isSure && WORD.test(`${leaf}`) });
  });
  return places;
}
