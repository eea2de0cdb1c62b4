import { Construct } from 'constructs';
import type { Endpoint, HasEndpoint } from '../core/endpoint';
import { part } from '../core/part';
import { type Problem, report } from '../core/problem';

export interface ExternalProps {
  /** DNS name; for people, and for variables of those who connect. */
  readonly host: string;
  /** @default 443 */
  readonly port?: number;
  /** @default 'https' */
  readonly scheme?: string;
}

/**
 * Somebody else's service on the internet: a model provider, a mail service, an error tracker. What connects to it may leave the cluster on
 * its port.
 * Creates: nothing; its edges create policies.
 * Limitation: a NetworkPolicy knows addresses, not names: an edge opens the port to every public address, and to no private one.
 *
 *     connect(api, new External(this, 'stripe', { host: 'api.stripe.com' }));
 */
export class External extends Construct implements HasEndpoint {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, { host, port = 443, scheme = 'https' }: ExternalProps) {
    super(scope, id);
    this.endpoint = { scheme, host, port, reach: { by: 'public' } };
    part(this, 'seaworthy:network:External', () => [`${host}:${port}`, 'outside of the cluster']);
    report(this, () => problemsWith(host));
  }
}

function problemsWith(host: string): Problem[] {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) return [];
  const what = `host is "${host}"; it must be a DNS name, without scheme or path.`;
  return [{ code: 'SW-EXTERNAL-001', severity: 'error', what, fix: "host: 'api.stripe.com'" }];
}
