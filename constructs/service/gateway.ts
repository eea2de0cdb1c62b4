import { Construct } from 'constructs';
import type { Endpoint } from '../core/endpoint';
import { selectorOf } from '../core/labels';
import type { Signal } from '../core/signals';
import type { EnvValue } from '../core/workload';
import { type HttpService, type HttpServiceProps, httpService, Variables } from './http-service';

export type GatewayProps = HttpServiceProps;

/**
 * An HTTP API that scales and drains.
 * Creates: ServiceAccount, Deployment, Service; HorizontalPodAutoscaler where it scales, PodDisruptionBudget where there can be
 * several copies, a ConfigMap for each file.
 *
 *     const api = new Gateway(this, 'api', { image: 'ghcr.io/acme/api:1.4.2', port: 8080 });
 */
export class Gateway extends Construct implements HttpService {
  readonly endpoint: Endpoint;
  readonly selector: Record<string, string>;
  readonly signals: readonly Signal[];
  private readonly env = new Variables(this);

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    this.selector = selectorOf(this);
    const { endpoint, signals } = httpService(this, 'seaworthy:service:Gateway', this.env, props);
    this.endpoint = endpoint;
    this.signals = signals;
  }

  addEnv(name: string, value: EnvValue): void {
    this.env.set(name, value);
  }
}
