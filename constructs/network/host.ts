import { DNS_SUBDOMAIN, fitting, hostMisfit } from '../core/forms';
import { isMarker } from '../core/marker';
import type { Problem } from '../core/problem';

/** A name that the world uses; one that is known only after apply is taken as it comes. */
export function hostProblems(host: unknown): Problem[] {
  if (typeof host !== 'string') {
    const what = `host is ${host === undefined ? 'undefined: nobody set it' : 'no text'}.`;
    return [{ code: 'SW-EXPOSE-007', severity: 'error', what, fix: "host: 'shop.acme.org', or fromOutput(output)" }];
  }
  const misfit = isMarker(host) ? undefined : hostMisfit(host, { wildcard: true });
  if (misfit === undefined) return [];
  const fix = `host: '${fitting(host, DNS_SUBDOMAIN)}'`;
  return [{ code: 'SW-EXPOSE-007', severity: 'error', what: `host ${misfit}.`, fix }];
}
