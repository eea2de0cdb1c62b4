import { Construct } from 'constructs';
import { nameOf } from '../core/labels';
import { part } from '../core/part';
import type { CloudIdentity } from '../core/platform';
import { systemOf } from '../core/system';

export interface IdentityProps {
  /** Name of the cloud's role. @default `<system>-<id>` */
  readonly role?: string;
  /** Name of the ServiceAccount that has it: the part's own name. */
  readonly account: string;
  /** What it may do: the cloud's own policies, by their address (ARN; on Azure a role on a resource). @default nothing yet */
  readonly policies?: readonly string[];
}

/**
 * A workload's identity in its cloud, without a key: the cloud believes the cluster who the pod is.
 * Creates: what the target offers (on EKS an IAM role that only this ServiceAccount may take, on AKS an identity of Entra ID with the federation
 * that only this ServiceAccount has); in other targets nothing.
 * Limitation: on EKS it needs the cluster's OIDC issuer in `eks:oidcIssuer`.
 *
 *     const identity = new Identity(this, 'identity', { account: 'shop-api' });
 *     new Gateway(this, 'api', { …, account: identity.account });
 */
export class Identity extends Construct {
  /** For the ServiceAccount: how the cloud's webhook finds the role. */
  readonly annotations: Readonly<Record<string, string>>;
  /** For its pods, where the webhook looks at these too (AKS). */
  readonly podLabels: Readonly<Record<string, string>>;

  /** What a part says of its ServiceAccount to have this identity. */
  get account(): Required<CloudIdentity> {
    return { annotations: this.annotations, podLabels: this.podLabels };
  }

  constructor(scope: Construct, id: string, { role, account, policies = [] }: IdentityProps) {
    super(scope, id);
    const request = { role: role ?? nameOf(this), account, policies };
    const made = systemOf(this).platform.identity?.(this, request);
    this.annotations = made?.annotations ?? {};
    this.podLabels = made?.podLabels ?? {};
    part(this, 'seaworthy:access:Identity', () => made?.facts ?? [`${account} has no identity in a cloud here`]);
  }
}
