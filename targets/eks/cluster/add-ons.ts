import type * as aws from '@pulumi/aws';
import { Construct } from 'constructs';
import { CloudResource } from '../../../constructs/core/cloud-resource';
import { part } from '../../../constructs/core/part';
import type { EksSpec } from './eks-spec';
import { type Role, serviceRole } from './roles';

interface EksAddOn {
  readonly name: string;
  /** What its ServiceAccount may. */
  readonly identity?: { readonly account: string; readonly managed: string };
  readonly settings?: object;
}

/** Before there are nodes: without a network none is ready. The agent is in the network of its node, and hands the CNI its role. */
const FIRST: readonly EksAddOn[] = [
  { name: 'kube-proxy' },
  { name: 'eks-pod-identity-agent' },
  {
    name: 'vpc-cni',
    identity: { account: 'aws-node', managed: 'AmazonEKS_CNI_Policy' },
    // Without it every NetworkPolicy is a text that nobody reads. https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
    settings: { enableNetworkPolicy: 'true' },
  },
];

/** They are pods that need a node. */
const LATER: readonly EksAddOn[] = [
  { name: 'coredns' },
  {
    name: 'aws-ebs-csi-driver',
    // Volumes that the driver made, by its tag, and no others. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
    identity: { account: 'ebs-csi-controller-sa', managed: 'AmazonEBSCSIDriverPolicyV2' },
  },
];

/** Add-ons of EKS, each with a role of its own where it needs one. Their versions are EKS' defaults for the cluster's. */
export class EksAddOns extends Construct {
  constructor(scope: Construct, id: 'first-add-ons' | 'add-ons', spec: EksSpec, clusterName: string) {
    super(scope, id);
    const addOns = id === 'first-add-ons' ? FIRST : LATER;
    for (const addOn of addOns) this.add(addOn, spec, clusterName);
    part(this, 'seaworthy:eks:AddOns', () => addOns.map(({ name }) => name));
  }

  private add({ name, identity, settings }: EksAddOn, spec: EksSpec, clusterName: string): void {
    const role =
      identity === undefined
        ? undefined
        : podRole(this, `${name}-role`, spec, `${spec.cluster}-${name}`, [identity.managed]);
    new CloudResource<aws.eks.AddonArgs>(this, name, {
      type: 'aws:eks/addon:Addon',
      inputs: {
        clusterName,
        addonName: name,
        resolveConflictsOnCreate: 'OVERWRITE',
        resolveConflictsOnUpdate: 'OVERWRITE',
        ...(settings === undefined ? {} : { configurationValues: JSON.stringify(settings) }),
        ...(role === undefined || identity === undefined
          ? {}
          : { podIdentityAssociations: [{ roleArn: role.output('arn'), serviceAccount: identity.account }] }),
      },
    });
  }
}

function podRole(scope: Construct, id: string, { region }: EksSpec, name: string, managed: readonly string[]): Role {
  return serviceRole(scope, id, { region, name, service: 'pods.eks.amazonaws.com', managed });
}
