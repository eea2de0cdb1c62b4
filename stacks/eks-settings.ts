import { Size } from 'cdk8s';
import type { EksSpec } from '../targets/eks/cluster/eks-spec';
import { EKS_NAMED_SETTINGS, ZONES } from './cloud-settings';
import { count, optional, or, type Setting, type Settings, size, type Values } from './setting';
import { names, privateRange, ranges } from './typed-texts';

const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const types = (is: string, example: string) => names(is, example, INSTANCE_TYPE, 'each must be like "m7i.xlarge"');

/** Keys of the namespace `eks`, for a cluster that this stack makes. The briefs say the range of Services, and three nodes. */
export const EKS_CREATE_SETTINGS = {
  ...EKS_NAMED_SETTINGS,
  zones: optional(ZONES),
  cidr: or(privateRange('range of the VPC, from /16 to /20', '10.0.0.0/16', 16, 20), '10.0.0.0/16'),
  serviceCidr: or(
    privateRange('range of the addresses of Services, from /12 to /24', '10.100.0.0/16', 12, 24),
    '10.100.0.0/16',
  ),
  apiAccess: optional(
    ranges('from where the API server’s public address answers; it has none where nobody says', '[198.51.100.7/32]'),
  ),
  admins: names(
    'roles of IAM that are administrators; who runs pulumi up is one',
    '[arn:aws:iam::123456789012:role/deployer]',
    /^arn:aws[a-z-]*:iam::(\d{12}|placeholder):(role|user)\/[\w+=,.@/-]{1,512}$/,
    'each must be the ARN of a role or user',
  ),
  'nodes.types': or(types('instance types of nodes, of one architecture', '[m7i.xlarge]'), ['m7i.xlarge']),
  'nodes.count': or(count('nodes, at least', { max: 450 }), 3),
  'nodes.most': or(count('nodes, at most', { max: 450 }), 9),
  'nodes.disk': or(size('disk of a node', '50Gi'), Size.gibibytes(50)),
  'spot.types': or(
    types('instance types of spot nodes: the more, the rarer are all taken', '[m7i.xlarge, m7a.xlarge]'),
    ['m7i.xlarge', 'm7a.xlarge', 'm6i.xlarge', 'm6a.xlarge'],
  ),
  'spot.most': or(count('spot nodes, at most; 0 is none', { min: 0, max: 450 }), 6),
  'logs.days': or(days('days that the log of the control plane is kept'), 90),
} satisfies Settings;

type Asked = Values<typeof EKS_CREATE_SETTINGS> & { readonly zones: readonly string[] };

/** What is asked for, as the cluster takes it. */
export function specOf(asked: Asked, around: Pick<EksSpec, 'profile' | 'kubernetesVersion'>): EksSpec {
  const diskGibibytes = asked['nodes.disk'].toGibibytes();
  return {
    ...around,
    region: asked.region,
    cluster: asked.cluster,
    alarmTopic: asked.alarmTopic,
    siteCertificate: asked.siteCertificate,
    zones: asked.zones,
    cidr: asked.cidr,
    serviceCidr: asked.serviceCidr,
    apiAccess: asked.apiAccess,
    admins: asked.admins,
    nodes: { types: asked['nodes.types'], least: asked['nodes.count'], most: asked['nodes.most'], diskGibibytes },
    spot: { types: asked['spot.types'], least: 0, most: asked['spot.most'], diskGibibytes },
    logDays: asked['logs.days'],
  };
}

/** CloudWatch keeps logs so many days, and no other number. */
function days(is: string): Setting<number> {
  const setting = count(is);
  return {
    ...setting,
    parse: (raw) => {
      const parsed = setting.parse(raw);
      if (!('value' in parsed) || LOG_DAYS.includes(parsed.value)) return parsed;
      return { code: 'SW-CONFIG-004', rule: `; CloudWatch keeps logs ${LOG_DAYS.join(', ')} days.`, fix: '90' };
    },
  };
}
