import { isMarker } from './marker';
import type { Problem } from './problem';

/** https://github.com/distribution/reference/blob/main/reference.go: [registry[:port]/]path[:tag][@digest] */
const DOMAIN =
  '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?';
const PATH = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^((?:(?:${DOMAIN}|\\[[a-fA-F0-9:]+\\](?::[0-9]+)?)/)?${PATH}(?:/${PATH})*)(?::([\\w][\\w.-]{0,127}))?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);
const LONGEST = 1024;

/** Whether a container runtime can read it. */
export function isImage(image: string): boolean {
  return image.length <= LONGEST && REFERENCE.test(image);
}

/** Of an image that is known: a name that can be pulled, with a tag that does not move. One that comes after apply cannot be looked at. */
export function imageProblems(image: string, field = 'image'): Problem[] {
  if (isMarker(image)) return [];
  const found = image.length <= LONGEST ? REFERENCE.exec(image) : null;
  if (found === null) {
    const what = `${field} is "${image.slice(0, 80)}", which is no name of an image: [registry/]name:tag, the name in lower-case letters.`;
    return [{ code: 'SW-IMAGE-002', severity: 'error', what, fix: "image: 'ghcr.io/acme/api:1.2.3'" }];
  }
  const [, name, tag] = found;
  if (image.includes('@') || (tag !== undefined && tag !== 'latest')) return [];
  const what = `${field} is "${image}"; it needs a tag other than "latest", or nobody knows what runs.`;
  return [{ code: 'SW-IMAGE-001', severity: 'error', what, fix: `image: '${name}:1.2.3'` }];
}
