import type { Construct } from 'constructs';
import type { HttpServiceProps } from './http-props';
import { HttpService } from './http-service';

export type WebProps = HttpServiceProps;

/**
 * A web application: what people see, where a Gateway is what programs call. It is made of the same objects.
 * Creates: as {@link Gateway}.
 *
 *     const shop = new Web(this, 'shop', { image: 'ghcr.io/acme/shop:1.4.2', port: 3000 });
 */
export class Web extends HttpService {
  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id, 'seaworthy:service:Web', props);
  }
}
