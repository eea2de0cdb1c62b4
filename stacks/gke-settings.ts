import { optional, type Settings, text } from './setting';
import { certificateAuthority, ranges } from './typed-texts';

/** Keys of the namespace `gke`, for an existing cluster. Facts of the cloud come from here: nothing is looked up. */
export const GKE_SETTINGS = {
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
  endpoint: text(
    'API server',
    'https://gke-0123456789abcdef-123456789012.europe-west3.gke.goog',
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
  alarmChannel: optional(
    text(
      'notification channel that alarms of Google Cloud go to',
      'projects/acme-prod/notificationChannels/1234567890123456789',
      /^projects\/[a-z0-9-]+\/notificationChannels\/(\d+|placeholder)$/,
      'it must be like "projects/acme-prod/notificationChannels/1234567890123456789"',
    ),
  ),
} satisfies Settings;
