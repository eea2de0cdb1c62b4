import { isMarker, valueBehind } from '../../constructs/core/marker';
import type { Value } from '../../constructs/core/value';
import { leavesIn } from '../../constructs/core/value';
import type { Graph, GraphNode } from '../../graph/graph';
import { at, isRecord, list } from '../../graph/json-value';

/**
 * What Google refuses, by its own documentation: the API is not asked. A rule answers with what is wrong. Types, names of fields and what must be there
 * are the compiler's to check, by the provider's own types.
 */
type Rule = (value: unknown, inputs: Readonly<Record<string, unknown>>) => string | undefined;

const matches =
  (form: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && form.test(value) ? undefined : `${JSON.stringify(value)} is not ${form}`;
const oneOf =
  (...words: readonly unknown[]): Rule =>
  (value) =>
    words.includes(value) ? undefined : `${JSON.stringify(value)} is none of ${words.join(', ')}`;
const between =
  (least: number, most: number): Rule =>
  (value) =>
    Number(value) >= least && Number(value) <= most ? undefined : `${value} is not from ${least} to ${most}`;

/** https://cloud.google.com/compute/docs/naming-resources */
const COMPUTE = matches(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** https://cloud.google.com/iam/docs/principal-identifiers */
const MEMBER = matches(
  /^(allUsers|serviceAccount:[^@\s]+@[a-z0-9.-]+\.gserviceaccount\.com|serviceAccount:known|principal:\/\/iam\.googleapis\.com\/projects\/(\d+|placeholder)\/locations\/global\/workloadIdentityPools\/[a-z0-9-]+\.svc\.id\.goog\/subject\/ns\/[a-z0-9-]+\/sa\/[a-z0-9-]+)$/,
);
/** Roles that we give, each with what it lets do: no role over a project's data, no role that gives roles. https://cloud.google.com/iam/docs/roles-permissions */
const ROLES_OF_BUCKETS = [
  'roles/storage.objectViewer',
  'roles/storage.objectCreator',
  'roles/storage.objectUser',
  'roles/storage.legacyObjectReader',
];
const ROLES_OF_PROJECTS = [
  'roles/container.defaultNodeServiceAccount',
  'roles/artifactregistry.reader',
  // With a condition on the names of secrets.
  'roles/secretmanager.secretAccessor',
];
/** https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
const LABELS: Rule = (value) => {
  const wrong = Object.entries(isRecord(value) ? value : {}).filter(
    ([key, held]) => !/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(String(held)),
  );
  return wrong.length === 0 ? undefined : `labels ${JSON.stringify(wrong)}`;
};
/** https://cloud.google.com/sql/docs/postgres/create-instance#machine-types: 0.9 to 6.5 GiB for each core, in steps of 256 MiB, 3.75 GiB at least. */
const TIER: Rule = (value) => {
  const [, cores, mebibytes] = /^db-custom-(\d+)-(\d+)$/.exec(String(value)) ?? [];
  const [n, size] = [Number(cores), Number(mebibytes)];
  const isRight = (n === 1 || n % 2 === 0) && size % 256 === 0 && size >= 3840 && size <= n * 6656 && size >= n * 922;
  return isRight ? undefined : `tier ${value}`;
};

const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  // https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances
  'gcp:sql/databaseInstance:DatabaseInstance': {
    name: matches(/^[a-z][a-z0-9-]{0,66}$/),
    databaseVersion: oneOf('POSTGRES_15', 'POSTGRES_16', 'POSTGRES_17', 'POSTGRES_18'),
    'settings.edition': oneOf('ENTERPRISE', 'ENTERPRISE_PLUS'),
    'settings.tier': TIER,
    'settings.availabilityType': oneOf('ZONAL', 'REGIONAL'),
    'settings.diskSize': between(10, 65_536),
    'settings.diskAutoresizeLimit': (value, inputs) =>
      between(Number(at(inputs, 'settings', 'diskSize')), 65_536)(value, {}),
    'settings.backupConfiguration.transactionLogRetentionDays': (value, inputs) =>
      between(
        1,
        Math.min(
          7,
          Number(at(inputs, 'settings', 'backupConfiguration', 'backupRetentionSettings', 'retainedBackups')),
        ),
      )(value, {}),
    'settings.backupConfiguration.backupRetentionSettings.retainedBackups': between(1, 365),
    'settings.backupConfiguration.startTime': matches(/^([01]\d|2[0-3]):[0-5]\d$/),
    'settings.ipConfiguration.ipv4Enabled': oneOf(false),
    'settings.ipConfiguration.sslMode': oneOf('ENCRYPTED_ONLY', 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED'),
    'settings.ipConfiguration.serverCaMode': oneOf('GOOGLE_MANAGED_INTERNAL_CA', 'GOOGLE_MANAGED_CAS_CA'),
    'settings.maintenanceWindow.day': between(1, 7),
    'settings.maintenanceWindow.updateTrack': oneOf('canary', 'stable', 'week5'),
    'settings.databaseFlags.0.value': between(14, 262_143),
    'settings.userLabels': LABELS,
  },
  'gcp:sql/database:Database': {
    name: matches(/^[a-z_][a-z0-9_]{0,62}$/),
    deletionPolicy: oneOf('ABANDON', 'DELETE', 'PREVENT'),
  },
  // https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances
  'gcp:redis/instance:Instance': {
    name: matches(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/),
    tier: oneOf('BASIC', 'STANDARD_HA'),
    memorySizeGb: between(1, 300),
    redisVersion: oneOf('REDIS_7_2', 'REDIS_7_0', 'REDIS_6_X'),
    connectMode: oneOf('PRIVATE_SERVICE_ACCESS'),
    transitEncryptionMode: oneOf('SERVER_AUTHENTICATION'),
    authEnabled: oneOf(true),
    'redisConfigs.maxmemory-policy': oneOf('noeviction', 'allkeys-lru'),
    'persistenceConfig.persistenceMode': oneOf('DISABLED', 'RDB'),
    labels: LABELS,
  },
  // https://cloud.google.com/storage/docs/json_api/v1/buckets, https://cloud.google.com/storage/docs/buckets#naming
  'gcp:storage/bucket:Bucket': {
    name: matches(/^(?!goog)(?!.*google)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
    uniformBucketLevelAccess: oneOf(true),
    publicAccessPrevention: oneOf('enforced', 'inherited'),
    'softDeletePolicy.retentionDurationSeconds': (value) =>
      value === undefined || value === 0 ? undefined : between(604_800, 7_776_000)(value, {}),
    'retentionPolicy.retentionPeriod': (value) =>
      value === undefined ? undefined : between(1, 3_155_760_000)(value, {}),
    lifecycleRules: (value) => {
      const actions = list(value).map((rule) => at(rule, 'action', 'type'));
      const wrong = actions.filter((type) => type !== 'Delete' && type !== 'AbortIncompleteMultipartUpload');
      return wrong.length === 0 ? undefined : `actions ${wrong}`;
    },
    labels: LABELS,
  },
  'gcp:storage/bucketIAMMember:BucketIAMMember': { role: oneOf(...ROLES_OF_BUCKETS), member: MEMBER },
  'gcp:projects/iAMMember:IAMMember': { role: oneOf(...ROLES_OF_PROJECTS), member: MEMBER },
  // https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
  'gcp:secretmanager/secret:Secret': { secretId: matches(/^[A-Za-z0-9_-]{1,255}$/) },
  // https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies
  'gcp:monitoring/alertPolicy:AlertPolicy': {
    combiner: oneOf('OR', 'AND'),
    severity: oneOf('CRITICAL', 'ERROR', 'WARNING'),
    'conditions.0.conditionThreshold.comparison': oneOf('COMPARISON_GT', 'COMPARISON_LT'),
    'conditions.0.conditionThreshold.duration': (value) =>
      Number.parseInt(String(value), 10) % 60 === 0 ? undefined : `${value} is no minutes`,
    'conditions.0.conditionThreshold.aggregations.0.perSeriesAligner': oneOf('ALIGN_MAX', 'ALIGN_MEAN', 'ALIGN_MIN'),
    'conditions.0.conditionThreshold.filter': matches(
      /^resource\.type = "[a-z_]+" AND resource\.labels\.database_id = "[a-z0-9-]+:[a-z0-9-]+" AND metric\.type = "[a-z./]+"$/,
    ),
  },
  'gcp:compute/backendBucket:BackendBucket': {
    name: COMPUTE,
    compressionMode: oneOf('AUTOMATIC', 'DISABLED'),
    'cdnPolicy.cacheMode': oneOf('USE_ORIGIN_HEADERS', 'CACHE_ALL_STATIC', 'FORCE_CACHE_ALL'),
  },
  'gcp:compute/uRLMap:URLMap': { name: COMPUTE },
  'gcp:compute/targetHttpsProxy:TargetHttpsProxy': { name: COMPUTE },
  'gcp:compute/targetHttpProxy:TargetHttpProxy': { name: COMPUTE },
  'gcp:compute/managedSslCertificate:ManagedSslCertificate': { name: COMPUTE },
  'gcp:compute/sSLPolicy:SSLPolicy': {
    name: COMPUTE,
    profile: oneOf('COMPATIBLE', 'MODERN', 'RESTRICTED'),
    minTlsVersion: oneOf('TLS_1_2'),
  },
  'gcp:compute/globalAddress:GlobalAddress': { name: COMPUTE, addressType: oneOf('EXTERNAL', 'INTERNAL') },
  'gcp:compute/globalForwardingRule:GlobalForwardingRule': {
    name: COMPUTE,
    loadBalancingScheme: oneOf('EXTERNAL_MANAGED'),
    portRange: oneOf('80', '443'),
  },
  'gcp:compute/network:Network': { name: COMPUTE },
  'gcp:compute/subnetwork:Subnetwork': { name: COMPUTE },
  'gcp:compute/router:Router': { name: COMPUTE },
  // https://cloud.google.com/nat/docs/ports-and-addresses#port-reservation-procedure: powers of two, where ports are allocated as they are needed.
  'gcp:compute/routerNat:RouterNat': {
    name: COMPUTE,
    minPortsPerVm: oneOf(32, 64, 128, 256),
    maxPortsPerVm: oneOf(4096, 8192, 16_384, 65_536),
  },
  // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
  'gcp:container/cluster:Cluster': {
    name: matches(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/),
    'releaseChannel.channel': oneOf('RAPID', 'REGULAR', 'STABLE', 'EXTENDED'),
    datapathProvider: oneOf('ADVANCED_DATAPATH'),
    networkingMode: oneOf('VPC_NATIVE'),
    'databaseEncryption.state': oneOf('ENCRYPTED'),
    'privateClusterConfig.masterIpv4CidrBlock': matches(/\/28$/),
    // Eight hours a weekend, of 48 in 32 days at least: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
    'maintenancePolicy.recurringWindow.recurrence': oneOf('FREQ=WEEKLY;BYDAY=SA,SU'),
    resourceLabels: LABELS,
  },
  'gcp:container/nodePool:NodePool': {
    namePrefix: matches(/^[a-z][a-z0-9-]{0,13}$/),
    'autoscaling.locationPolicy': oneOf('BALANCED', 'ANY'),
    'nodeConfig.diskType': oneOf('pd-balanced', 'pd-ssd', 'pd-standard'),
    'nodeConfig.diskSizeGb': between(10, 65_536),
    'nodeConfig.imageType': oneOf('COS_CONTAINERD'),
    'nodeConfig.workloadMetadataConfig.mode': oneOf('GKE_METADATA'),
  },
  // https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings
  'gcp:kms/keyRing:KeyRing': { name: matches(/^[a-zA-Z0-9_-]{1,63}$/) },
  'gcp:kms/cryptoKey:CryptoKey': {
    purpose: oneOf('ENCRYPT_DECRYPT'),
    rotationPeriod: (value) => between(86_400, 3_153_600_000)(Number.parseInt(String(value), 10), {}),
  },
  'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember': {
    role: oneOf('roles/cloudkms.cryptoKeyEncrypterDecrypter'),
    member: MEMBER,
  },
  'gcp:serviceaccount/iAMMember:IAMMember': { role: oneOf('roles/iam.serviceAccountTokenCreator'), member: MEMBER },
  'gcp:serviceaccount/account:Account': { accountId: matches(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/) },
};

/** Of what an input is the name or address: type and output. */
const REFERENCES: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  'gcp:sql/database:Database': { instance: ['gcp:sql/databaseInstance:DatabaseInstance', 'name'] },
  'gcp:sql/user:User': { instance: ['gcp:sql/databaseInstance:DatabaseInstance', 'name'] },
  'gcp:secretmanager/secretVersion:SecretVersion': { secret: ['gcp:secretmanager/secret:Secret', 'id'] },
  'gcp:storage/bucketIAMMember:BucketIAMMember': { bucket: ['gcp:storage/bucket:Bucket', 'name'] },
  'gcp:compute/backendBucket:BackendBucket': { bucketName: ['gcp:storage/bucket:Bucket', 'name'] },
  'gcp:compute/targetHttpsProxy:TargetHttpsProxy': {
    urlMap: ['gcp:compute/uRLMap:URLMap', 'selfLink'],
    'sslCertificates.0': ['gcp:compute/managedSslCertificate:ManagedSslCertificate', 'selfLink'],
    sslPolicy: ['gcp:compute/sSLPolicy:SSLPolicy', 'selfLink'],
  },
  'gcp:compute/targetHttpProxy:TargetHttpProxy': { urlMap: ['gcp:compute/uRLMap:URLMap', 'selfLink'] },
  'gcp:compute/subnetwork:Subnetwork': { network: ['gcp:compute/network:Network', 'id'] },
  'gcp:compute/routerNat:RouterNat': { router: ['gcp:compute/router:Router', 'name'] },
  'gcp:servicenetworking/connection:Connection': {
    network: ['gcp:compute/network:Network', 'id'],
    'reservedPeeringRanges.0': ['gcp:compute/globalAddress:GlobalAddress', 'name'],
  },
  'gcp:container/cluster:Cluster': {
    network: ['gcp:compute/network:Network', 'id'],
    subnetwork: ['gcp:compute/subnetwork:Subnetwork', 'id'],
    'databaseEncryption.keyName': ['gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember', 'cryptoKeyId'],
  },
  'gcp:container/nodePool:NodePool': {
    cluster: ['gcp:container/cluster:Cluster', 'id'],
    'nodeConfig.serviceAccount': ['gcp:serviceaccount/account:Account', 'email'],
  },
  'gcp:kms/cryptoKey:CryptoKey': { keyRing: ['gcp:kms/keyRing:KeyRing', 'id'] },
};

/** What Google would refuse of a graph, by path. */
export function refusedByGoogle(graph: Graph): string[] {
  const google = graph.nodes.filter((node) => node.type.startsWith('gcp:'));
  return google.flatMap((node) => [...broken(node), ...strange(node, graph), ...dangling(node, graph)]);
}

/** Types that no rule is written for. */
export function unruled(graph: Graph): string[] {
  const types = graph.nodes.map((node) => node.type).filter((type) => type.startsWith('gcp:'));
  return [...new Set(types)].filter((type) => RULES[type] === undefined && REFERENCES[type] === undefined);
}

function broken({ type, path, inputs }: GraphNode): string[] {
  const plain = known(inputs);
  const held = isRecord(plain) ? plain : {};
  return Object.entries(RULES[type] ?? {}).flatMap(([field, rule]) => {
    const why = rule(at(held, ...steps(field)), held);
    return why === undefined ? [] : [`${path} ${field}: ${why}`];
  });
}

function strange({ type, path, inputs }: GraphNode, graph: Graph): string[] {
  return Object.entries(REFERENCES[type] ?? {}).flatMap(([field, [target, output]]) => {
    const held = at(inputs, ...steps(field));
    const value = typeof held === 'string' && isMarker(held) ? valueBehind(held) : undefined;
    if (value?.kind !== 'attribute') return [`${path} ${field} is no output of ${target}`];
    const node = graph.nodes.find((n) => n.path === value.of.node.path);
    return node?.type === target && value.path === output ? [] : [`${path} ${field} is ${node?.type} ${value.path}`];
  });
}

/** Outputs of what is not in the graph. */
function dangling({ path, inputs }: GraphNode, graph: Graph): string[] {
  const paths = new Set(graph.nodes.map((n) => n.path));
  return leavesIn(inputs).flatMap((leaf) =>
    leaf.kind === 'attribute' && !paths.has(leaf.of.node.path) ? [`${path} reads ${leaf.of.node.path}`] : [],
  );
}

function steps(field: string): (string | number)[] {
  return field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** Inputs with a short word in the place of what is known after apply. */
function known(thing: unknown): unknown {
  if (typeof thing === 'string' && isMarker(thing)) return text(valueBehind(thing));
  if (Array.isArray(thing)) return thing.map(known);
  if (!isRecord(thing)) return thing;
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, known(value)]));
}

function text(value: Value): string {
  if (value.kind !== 'composed') return 'known';
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : text(piece.value))).join('');
}
