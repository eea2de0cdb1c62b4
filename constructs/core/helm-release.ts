import { Construct } from 'constructs';
import { nodeOptions } from './node-options';

export interface HelmReleaseProps {
  /** Release name. */
  readonly name: string;
  readonly namespace: string;
  /** Chart name in the repository, or the whole `oci://` address. */
  readonly chart: string;
  /** Repository address; none for `oci://`. */
  readonly repository?: string;
  /** Chart version, exact. */
  readonly version: string;
  readonly values?: Readonly<Record<string, unknown>>;
  /** API groups whose kinds exist once it is there: objects of these wait for it. `['monitoring.coreos.com']` */
  readonly serves?: readonly string[];
  /** What others may name of what its chart makes: `[{ kind: 'IngressClass', name: 'nginx' }]`. @default unknown: it may make anything */
  readonly makes?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  /** Longest wait, in seconds. @default 600 */
  readonly timeoutSeconds?: number;
}

const HELM_RELEASE = Symbol.for('seaworthy.HelmRelease');

/**
 * A Helm release as a node of the graph: `kubernetes:helm.sh/v3:Release` for Pulumi, a Flux HelmRelease with its repository in YAML.
 * Limitation: drift inside the release is not seen.
 */
export class HelmRelease extends Construct {
  static isHelmRelease(construct: unknown): construct is HelmRelease {
    return typeof construct === 'object' && construct !== null && HELM_RELEASE in construct;
  }

  constructor(
    scope: Construct,
    id: string,
    readonly props: HelmReleaseProps,
  ) {
    super(scope, id);
    Object.defineProperty(this, HELM_RELEASE, { value: true });
    nodeOptions(this, { timeoutSeconds: props.timeoutSeconds ?? 600 });
  }

  /** Inputs of `kubernetes:helm.sh/v3:Release`. */
  inputs(): Record<string, unknown> {
    const { name, namespace, chart, repository, version, values = {}, timeoutSeconds = 600 } = this.props;
    const repositoryOpts = repository === undefined ? {} : { repositoryOpts: { repo: repository } };
    return { name, namespace, chart, version, values, timeout: timeoutSeconds, ...repositoryOpts };
  }
}
