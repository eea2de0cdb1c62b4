import type { Brought } from '../../constructs/core/brought';

const VPC_CNI = 'https://github.com/aws/amazon-vpc-cni-k8s';

/** gp2 alone, and not as the default since 1.30; neither metrics-server nor an ingress controller. */
export const EKS_BRINGS: readonly Brought[] = [
  {
    kind: 'StorageClass',
    name: 'gp2',
    source: 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html',
  },
  { kind: 'API', name: 'crd.k8s.amazonaws.com', source: VPC_CNI },
  { kind: 'API', name: 'vpcresources.k8s.aws', source: VPC_CNI },
  { kind: 'API', name: 'networking.k8s.aws', source: 'https://github.com/aws/amazon-network-policy-controller-k8s' },
];
