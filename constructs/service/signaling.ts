import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { HttpServiceProps } from './http-props';
import { HttpService } from './http-service';

export type SignalingProps = HttpServiceProps;

/** Clients reconnect by themselves; they are given time to do so, a few at a time. */
const SHUTDOWN = { preStop: Duration.seconds(10), drain: Duration.seconds(60), grace: Duration.seconds(90) };

/**
 * A server of WebSockets: connections that stay open for hours and belong to one copy. Behind the front door its clients come back to the
 * copy that they were with, by a cookie, and silence of less than an hour does not end a connection.
 * Creates: as {@link Gateway}; its own Ingress when it is exposed. Metrics are looked for only where `metrics` says so.
 * Limitation: what clients of different copies tell each other must go through something shared: connect it to a Redis.
 *
 *     const signaling = new Signaling(this, 'signaling', { image: 'ghcr.io/acme/signaling:2.0.1', port: 3001 });
 */
export class Signaling extends HttpService {
  constructor(scope: Construct, id: string, props: SignalingProps) {
    super(
      scope,
      id,
      'seaworthy:service:Signaling',
      { shutdown: SHUTDOWN, metrics: false, ...props },
      { webSocket: true },
    );
  }
}
