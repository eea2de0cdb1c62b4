import { createHash, createHmac } from 'node:crypto';

/** The digest of what a pod reads, once it is known: the same wherever it is made. With a key, of secrets. */
export function digestText(content: unknown, key = ''): string {
  const hash = key === '' ? createHash('sha256') : createHmac('sha256', key);
  return hash.update(JSON.stringify(content)).digest('hex');
}
