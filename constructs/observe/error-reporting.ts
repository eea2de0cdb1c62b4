import { Construct } from 'constructs';
import { part } from '../core/part';
import type { SecretSource } from '../core/secret-source';
import { systemOf } from '../core/system';
import type { Workload } from '../core/workload';
import { connect } from '../network/connect';
import { External } from '../network/external';
import { inject, type SecretKey } from '../secrets/inject';

export interface ErrorReportingProps {
  readonly of: readonly [Workload, ...Workload[]];
  /** DSN of the project: https://docs.sentry.io/concepts/key-terms/dsn-explainer/ */
  readonly dsn: SecretSource;
  /** Where the DSN lies in the cluster. */
  readonly secret: SecretKey;
  /** What runs, for "since when": the tag of the image. */
  readonly release: string;
  /** Host of the tracker. @default 'sentry.io' */
  readonly host?: string;
}

/**
 * Errors of programs go to Sentry, or whatever speaks its protocol, each with the release that it came from.
 * Creates: `SENTRY_DSN` (secret), `SENTRY_RELEASE`, `SENTRY_ENVIRONMENT` of each part, and their way out.
 *
 *     new ErrorReporting(this, 'errors', { of: [api], dsn, secret: { name: 'shop', key: 'sentry-dsn' }, release: tag });
 */
export class ErrorReporting extends Construct {
  constructor(scope: Construct, id: string, props: ErrorReportingProps) {
    super(scope, id);
    const { environment } = systemOf(this);
    const tracker = new External(this, 'tracker', { host: props.host ?? 'sentry.io' });
    for (const workload of props.of) {
      inject(workload, 'SENTRY_DSN', props.dsn, props.secret);
      workload.addEnv('SENTRY_RELEASE', { value: props.release });
      workload.addEnv('SENTRY_ENVIRONMENT', { value: environment });
      connect(workload, tracker);
    }
    part(this, 'seaworthy:observe:ErrorReporting', () => [
      `errors of ${props.of.map((w) => w.node.id).join(', ')}`,
      `release ${props.release}`,
    ]);
  }
}
