import { Size } from 'cdk8s';
import type { GkeSpec } from '../targets/gke/cluster/gke-spec';
import { count, optional, or, type Settings, size, text, type Values } from './setting';
import { certificateAuthority, privateRange, ranges } from './typed-texts';

/** What a stack says of its GKE cluster wherever the facts come from: it decides what is made, and what the cluster is to Pulumi. */
const NAMED = {
  // https://cloud.google.com/resource-manager/docs/creating-managing-projects
  project: text(
    'Google Cloud project',
    'acme-prod',
    /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    'it must be the id of a project: 6 to 30 lower-case letters, digits and dashes',
  ),
  projectNumber: text(
    'number of the project',
    '123456789012',
    /^(\d{6,19}|placeholder.*)$/,
    'it must be a number: gcloud projects describe acme-prod --format "value(projectNumber)"',
  ),
  region: text('region', 'europe-west3', /^[a-z]+-[a-z]+\d{1,2}$/, 'it must be a region, like "europe-west3"'),
  // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
  cluster: text(
    'name of the GKE cluster',
    'acme-prod',
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'it must be the name of a cluster: at most 40 lower-case letters, digits and dashes',
  ),
  alarmChannel: optional(
    text(
      'notification channel that alarms of Google Cloud go to',
      'projects/acme-prod/notificationChannels/1234567890123456789',
      /^projects\/[a-z0-9-]+\/notificationChannels\/(\d+|placeholder)$/,
      'it must be like "projects/acme-prod/notificationChannels/1234567890123456789"',
    ),
  ),
} satisfies Settings;

/** Facts of the cloud: nothing is looked up. */
const FACTS = {
  endpoint: text(
    'API server',
    'https://10.0.16.2',
    /^https:\/\/[a-zA-Z0-9.-]+(:\d{1,5})?\/?$/,
    'it must be https:// and a host, without user and path',
  ),
  certificateAuthority: certificateAuthority("the cluster's certificate authority, base64", 'LS0tLS1CRUdJTi…'),
  network: text(
    'VPC of the cluster',
    'projects/acme-prod/global/networks/acme',
    /^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/global\/networks\/[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'it must be like "projects/acme-prod/global/networks/acme"',
  ),
  serviceCidrs: ranges('address range of Services', '[34.118.224.0/20]'),
  controlPlaneCidrs: ranges('where the API server answers pods', '[10.0.16.0/28]'),
  privateServices: text(
    'name of the range that is allocated to private service access',
    'acme-services',
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'it must be the name of an allocated range',
  ),
  privateServicesCidrs: ranges('this range, where databases get their addresses', '[10.40.0.0/16]'),
} satisfies Settings;

/** Keys of the namespace `gke`, for a cluster that exists and no stack of ours tells of. */
export const GKE_SETTINGS = { ...NAMED, ...FACTS } satisfies Settings;

/** The same, where another stack tells the facts: what is given here nevertheless wins. */
export const GKE_OF_STACK_SETTINGS = {
  ...NAMED,
  endpoint: optional(FACTS.endpoint),
  certificateAuthority: optional(FACTS.certificateAuthority),
  network: optional(FACTS.network),
  serviceCidrs: optional(FACTS.serviceCidrs),
  controlPlaneCidrs: optional(FACTS.controlPlaneCidrs),
  privateServices: optional(FACTS.privateServices),
  privateServicesCidrs: optional(FACTS.privateServicesCidrs),
} satisfies Settings;

const MACHINE = /^[a-z]\d[a-z]?-[a-z]+-\d+(-lssd)?$/;
const machine = (is: string, example: string) =>
  or(text(is, example, MACHINE, 'it must be a machine type, like "e2-standard-4"'), example);

/** Keys of the namespace `gke`, for a cluster that this stack makes. A brief says its name, three nodes and their machine. */
export const GKE_CREATE_SETTINGS = {
  ...NAMED,
  nodeCidr: or(privateRange('range of the nodes', '10.0.0.0/20', 8, 26), '10.0.0.0/20'),
  podCidr: or(privateRange('range of the pods', '10.4.0.0/14', 9, 21), '10.4.0.0/14'),
  serviceCidr: or(privateRange('range of the addresses of Services', '10.8.0.0/20', 16, 27), '10.8.0.0/20'),
  controlPlaneCidr: or(privateRange('range of the API server, a /28', '10.0.16.0/28', 28, 28), '10.0.16.0/28'),
  privateServicesCidr: or(privateRange('range of databases', '10.40.0.0/16', 8, 24), '10.40.0.0/16'),
  apiAccess: optional(
    ranges('from where the API server’s public address answers; it has none where nobody says', '[198.51.100.7/32]'),
  ),
  'nodes.type': machine('machine of nodes', 'e2-standard-4'),
  'nodes.count': or(count('nodes, at least, in all zones together', { max: 1000 }), 3),
  'nodes.most': or(count('nodes, at most, in all zones together', { max: 1000 }), 9),
  'nodes.disk': or(size('disk of a node', '50Gi'), Size.gibibytes(50)),
  'spot.type': machine('machine of spot nodes', 'e2-standard-4'),
  'spot.most': or(count('spot nodes, at most; 0 is none', { min: 0, max: 1000 }), 6),
} satisfies Settings;

/** What is asked for, as the cluster takes it. */
export function gkeSpec(
  asked: Values<typeof GKE_CREATE_SETTINGS>,
  around: Pick<GkeSpec, 'profile' | 'kubernetesVersion'>,
): GkeSpec {
  const diskGibibytes = asked['nodes.disk'].toGibibytes();
  return {
    ...around,
    project: asked.project,
    projectNumber: asked.projectNumber,
    region: asked.region,
    cluster: asked.cluster,
    alarmChannel: asked.alarmChannel,
    nodeCidr: asked.nodeCidr,
    podCidr: asked.podCidr,
    serviceCidr: asked.serviceCidr,
    controlPlaneCidr: asked.controlPlaneCidr,
    privateServicesCidr: asked.privateServicesCidr,
    apiAccess: asked.apiAccess,
    nodes: { type: asked['nodes.type'], least: asked['nodes.count'], most: asked['nodes.most'], diskGibibytes },
    spot: { type: asked['spot.type'], least: 0, most: asked['spot.most'], diskGibibytes },
  };
}
