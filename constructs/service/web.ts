import { Construct } from 'constructs';
import type { Endpoint } from '../core/endpoint';
import { selectorOf } from '../core/labels';
import type { Signal } from '../core/signals';
import type { EnvValue } from '../core/workload';
import { type HttpService, type HttpServiceProps, httpService, Variables } from './http-service';

export type WebProps = HttpServiceProps;

/**
 * A web application: what people see, where a Gateway is what programs call. It is made of the same objects.
 * Creates: as {@link Gateway}.
 *
 *     const shop = new Web(this, 'shop', { image: 'ghcr.io/acme/shop:1.4.2', port: 3000 });
 */
export class Web extends Construct implements HttpService {
  readonly endpoint: Endpoint;
  readonly selector: Record<string, string>;
  readonly signals: readonly Signal[];
  private readonly env = new Variables(this);

  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id);
    this.selector = selectorOf(this);
    const { endpoint, signals } = httpService(this, 'seaworthy:service:Web', this.env, props);
    this.endpoint = endpoint;
    this.signals = signals;
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }
}
