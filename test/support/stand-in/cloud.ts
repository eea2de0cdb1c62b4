import { randomBytes } from 'node:crypto';
import { EKS_TYPES } from './cloud-eks';
import {
  type Asked,
  changedPaths,
  type Diffed,
  type Properties,
  type Resource,
  type StandIn,
  serve,
  UNKNOWN,
} from './server';
import { arn, type TypeRules } from './type-rules';

/**
 * STAND-IN for the providers aws and random, which are in no package registry. It refuses inputs that the types below do not have,
 * and answers with outputs as plausible as a test needs. It makes nothing anywhere, and proves nothing about a cloud.
 */
const TYPES: Readonly<Record<string, TypeRules>> = {
  ...EKS_TYPES,
  'random:index/randomPassword:RandomPassword': {
    required: ['length'],
    optional: ['special'],
    fixed: ['length', 'special'],
    outputs: ({ length }) => ({
      result: randomBytes(64).toString('hex').slice(0, Number(length)),
      bcryptHash: '$2a$10$stand-in',
    }),
  },
  'aws:ec2/securityGroup:SecurityGroup': {
    required: ['name', 'description', 'vpcId'],
    optional: ['tags'],
    fixed: ['name', 'description', 'vpcId'],
    outputs: ({ name }) => ({ arn: arn('ec2', name) }),
  },
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': {
    required: ['securityGroupId', 'ipProtocol', 'fromPort', 'toPort'],
    optional: ['referencedSecurityGroupId', 'description'],
    fixed: ['securityGroupId'],
    outputs: () => ({}),
  },
  'aws:rds/subnetGroup:SubnetGroup': {
    required: ['name', 'subnetIds'],
    optional: ['description'],
    fixed: ['name'],
    outputs: ({ name }) => ({ arn: arn('rds', name) }),
  },
  'aws:rds/instance:Instance': {
    required: ['identifier', 'engine', 'engineVersion', 'instanceClass', 'allocatedStorage', 'username'],
    optional: [
      ...[
        'autoMinorVersionUpgrade',
        'storageType',
        'storageEncrypted',
        'dbName',
        'port',
        'multiAz',
        'publiclyAccessible',
      ],
      ...[
        'backupRetentionPeriod',
        'copyTagsToSnapshot',
        'deletionProtection',
        'skipFinalSnapshot',
        'finalSnapshotIdentifier',
        'deleteAutomatedBackups',
      ],
      ...[
        'tags',
        'enabledCloudwatchLogsExports',
        'manageMasterUserPassword',
        'maxAllocatedStorage',
        'password',
        'dbSubnetGroupName',
        'vpcSecurityGroupIds',
      ],
    ],
    fixed: ['identifier', 'engine', 'username', 'storageEncrypted'],
    outputs: ({ identifier }) => ({
      address: `${String(identifier)}.c0ffee.eu-central-1.rds.amazonaws.com`,
      arn: arn('rds', identifier),
      masterUserSecrets: [
        { secretArn: arn('secretsmanager', `rds!${String(identifier)}`), secretStatus: 'active', kmsKeyId: 'stand-in' },
      ],
    }),
  },
  'aws:elasticache/subnetGroup:SubnetGroup': {
    required: ['name', 'subnetIds'],
    optional: ['description'],
    fixed: ['name'],
    outputs: ({ name }) => ({ arn: arn('elasticache', name) }),
  },
  'aws:elasticache/parameterGroup:ParameterGroup': {
    required: ['name', 'family'],
    optional: ['parameters'],
    fixed: ['name', 'family'],
    outputs: ({ name }) => ({ arn: arn('elasticache', name) }),
  },
  'aws:elasticache/replicationGroup:ReplicationGroup': {
    required: ['replicationGroupId', 'description', 'engine', 'nodeType'],
    optional: [
      ...[
        'engineVersion',
        'numCacheClusters',
        'automaticFailoverEnabled',
        'multiAzEnabled',
        'port',
        'atRestEncryptionEnabled',
      ],
      ...[
        'transitEncryptionEnabled',
        'authToken',
        'authTokenUpdateStrategy',
        'autoMinorVersionUpgrade',
        'snapshotRetentionLimit',
      ],
      ...['tags', 'parameterGroupName', 'subnetGroupName', 'securityGroupIds', 'finalSnapshotIdentifier'],
    ],
    fixed: ['replicationGroupId', 'engine', 'atRestEncryptionEnabled'],
    outputs: ({ replicationGroupId }) => ({
      primaryEndpointAddress: `master.${String(replicationGroupId)}.c0ffee.euc1.cache.amazonaws.com`,
    }),
  },
  'aws:s3/bucket:Bucket': {
    required: ['bucketPrefix'],
    optional: ['objectLockEnabled', 'forceDestroy', 'tags'],
    fixed: ['bucketPrefix', 'objectLockEnabled'],
    outputs: ({ bucketPrefix }) => {
      const bucket = `${String(bucketPrefix)}0123456789`;
      const bucketRegionalDomainName = `${bucket}.s3.eu-central-1.amazonaws.com`;
      return { bucket, bucketRegionalDomainName, arn: `arn:aws:s3:::${bucket}` };
    },
  },
  'aws:s3/bucketVersioning:BucketVersioning': {
    required: ['bucket', 'versioningConfiguration'],
    optional: [],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': {
    required: ['bucket'],
    optional: ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': {
    required: ['bucket', 'rules'],
    optional: [],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': {
    required: ['bucket', 'rules'],
    optional: [],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration': {
    required: ['bucket', 'rule'],
    optional: [],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:s3/bucketPolicy:BucketPolicy': {
    required: ['bucket', 'policy'],
    optional: [],
    fixed: ['bucket'],
    outputs: () => ({}),
  },
  'aws:cloudfront/originAccessControl:OriginAccessControl': {
    required: ['name', 'originAccessControlOriginType', 'signingBehavior', 'signingProtocol'],
    optional: [],
    fixed: ['name'],
    outputs: () => ({}),
  },
  'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy': {
    required: ['name'],
    optional: ['securityHeadersConfig', 'customHeadersConfig'],
    fixed: ['name'],
    outputs: () => ({}),
  },
  'aws:cloudfront/distribution:Distribution': {
    required: ['enabled', 'origins', 'defaultCacheBehavior', 'restrictions', 'viewerCertificate'],
    optional: [
      ...['isIpv6Enabled', 'httpVersion', 'priceClass', 'aliases', 'defaultRootObject'],
      ...['customErrorResponses', 'comment', 'orderedCacheBehaviors'],
    ],
    fixed: [],
    outputs: (_inputs, id) => ({ arn: arn('cloudfront', id), domainName: `${id}.cloudfront.net` }),
  },
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': {
    required: ['role', 'policyArn'],
    optional: [],
    fixed: ['role', 'policyArn'],
    outputs: () => ({}),
  },
  'random:index/randomBytes:RandomBytes': {
    required: ['length'],
    optional: [],
    fixed: ['length'],
    outputs: ({ length }) => {
      const bytes = randomBytes(Number(length));
      return { base64: bytes.toString('base64'), hex: bytes.toString('hex') };
    },
  },
  'aws:iam/role:Role': {
    required: ['assumeRolePolicy'],
    optional: ['namePrefix', 'name'],
    fixed: ['namePrefix', 'name'],
    outputs: ({ namePrefix, name: fixed }) => {
      const name = fixed === undefined ? `${String(namePrefix)}0123456789` : String(fixed);
      return { name, arn: `arn:aws:iam::123456789012:role/${name}` };
    },
  },
  'aws:iam/rolePolicy:RolePolicy': {
    required: ['role', 'policy'],
    optional: [],
    fixed: ['role'],
    outputs: () => ({}),
  },
  'aws:eks/podIdentityAssociation:PodIdentityAssociation': {
    required: ['clusterName', 'namespace', 'serviceAccount', 'roleArn'],
    optional: [],
    fixed: ['clusterName', 'namespace', 'serviceAccount'],
    outputs: () => ({}),
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    required: ['name', 'comparisonOperator', 'evaluationPeriods'],
    optional: [
      ...['alarmDescription', 'namespace', 'metricName', 'dimensions', 'statistic', 'threshold', 'period'],
      ...['treatMissingData', 'alarmActions', 'okActions'],
    ],
    fixed: ['name'],
    outputs: ({ name }) => ({ arn: arn('cloudwatch', name) }),
  },
  'aws:secretsmanager/secret:Secret': {
    required: ['name'],
    optional: ['recoveryWindowInDays'],
    fixed: ['name'],
    outputs: ({ name }) => ({ arn: arn('secretsmanager', name) }),
  },
  'aws:secretsmanager/secretVersion:SecretVersion': {
    required: ['secretId', 'secretString'],
    optional: [],
    fixed: ['secretId', 'secretString'],
    outputs: ({ secretId }) => ({ arn: arn('secretsmanager', secretId), versionId: 'stand-in' }),
  },
};

class Cloud implements StandIn {
  check(type: string, inputs: Properties): { property: string; reason: string }[] {
    const rules = TYPES[type];
    if (rules === undefined) return [{ property: '', reason: `the stand-in has no type ${type}` }];
    const known = new Set([...rules.required, ...rules.optional]);
    const missing = rules.required.filter((property) => inputs[property] === undefined);
    const unknown = Object.keys(inputs).filter((property) => !known.has(property) && !property.startsWith('__'));
    return [
      ...missing.map((property) => ({ property, reason: `${type} needs ${property}` })),
      ...unknown.map((property) => ({ property, reason: `${type} has no ${property}` })),
    ];
  }

  diff(type: string, before: Properties, after: Properties): Diffed {
    const changed = changedPaths(before, after);
    const fixed = TYPES[type]?.fixed ?? [];
    return { changed, replaced: changed.filter((path) => fixed.includes(path)) };
  }

  async create({ type, inputs, preview }: Asked): Promise<Resource> {
    const id = String(
      inputs.identifier ?? inputs.replicationGroupId ?? inputs.name ?? `stand-in-${randomBytes(4).toString('hex')}`,
    );
    const outputs = TYPES[type]?.outputs(inputs, id) ?? {};
    const later = Object.fromEntries(Object.keys(outputs).map((name) => [name, UNKNOWN]));
    return preview ? { id: '', outputs: { ...inputs, ...later } } : { id, outputs: { ...inputs, ...outputs } };
  }

  /** It has no memory of its own: what the engine knows is what there is. */
  async read(id: string, { inputs, state }: Asked): Promise<Resource> {
    return { id, outputs: { ...inputs, ...state } };
  }

  async update(id: string, { type, inputs }: Asked): Promise<Resource> {
    return { id, outputs: { ...inputs, ...TYPES[type]?.outputs(inputs, id) } };
  }

  async delete(): Promise<void> {
    // Nothing was made.
  }
}

serve(new Cloud());
