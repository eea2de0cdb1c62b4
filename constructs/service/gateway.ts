import type { Construct } from 'constructs';
import type { HttpServiceProps } from './http-props';
import { HttpService } from './http-service';

export type GatewayProps = HttpServiceProps;

/**
 * An HTTP API that scales and drains.
 * Creates: ServiceAccount, Deployment, Service; HorizontalPodAutoscaler where it scales, PodDisruptionBudget where there can be
 * several copies, a ConfigMap for each file.
 *
 *     const api = new Gateway(this, 'api', { image: 'ghcr.io/acme/api:1.4.2', port: 8080 });
 */
export class Gateway extends HttpService {
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id, 'seaworthy:service:Gateway', props);
  }
}
