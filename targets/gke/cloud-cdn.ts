import type * as compute from '@pulumi/gcp/compute';
import type * as storage from '@pulumi/gcp/storage';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { keyOf } from '../../constructs/core/labels';
import type { HostedSite, SiteRequest } from '../../constructs/core/platform';
import { report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import { headerProblems } from './cloud-cdn-problems';
import { LONGEST_BUCKET } from './cloud-storage';
import type { GkeCluster } from './gke-cluster';
import { digestOf, shortened, uniqueName } from './unique-name';

/** https://cloud.google.com/load-balancing/docs/https#schemes; version 10 of the provider changes its default. */
const SCHEME = 'EXTERNAL_MANAGED';
/** 63 for all of Compute Engine: https://cloud.google.com/compute/docs/naming-resources. Seven for what we add. */
const LONGEST_NAME = 56;

/**
 * A bucket, and Cloud CDN with a certificate of Google's before it. Whoever knows the path of a file may read it from the bucket as well: a backend
 * bucket has no identity of its own that could be let in alone. Nobody may list them.
 * Cost: by GiB and request, and by rule and hour, https://cloud.google.com/cdn/pricing
 */
export function cloudCdn(scope: Construct, request: SiteRequest, cluster: GkeCluster, environment: string): HostedSite {
  const name = shortened(`${keyOf(scope)}-${environment}`, LONGEST_NAME);
  const backend = backendOf(scope, name, request, cluster);
  const address = new CloudResource<compute.GlobalAddressArgs, compute.GlobalAddress>(scope, 'address', {
    type: 'gcp:compute/globalAddress:GlobalAddress',
    inputs: { name, addressType: 'EXTERNAL', ipVersion: 'IPV4' },
  });
  doorOf(scope, name, address.output('address'), { ...secure(scope, name, request, backend), port: 443 });
  doorOf(scope, `${name}-http`, address.output('address'), { ...redirecting(scope, `${name}-http`), port: 80 });
  report(scope, () => headerProblems(request));
  return {
    facts: [
      'bucket, read by everybody who knows a path',
      'Cloud CDN: TLS 1.2 and newer, headers, gzip and brotli',
      `certificate of Google's, once ${request.host} leads to the address ${name}`,
      `files: gcloud storage rsync to the bucket of ${name}`,
    ],
  };
}

function backendOf(scope: Construct, name: string, request: SiteRequest, { region }: GkeCluster): string {
  const { protectData } = systemOf(scope).platform.profile;
  const bucket = new CloudResource<storage.BucketArgs, storage.Bucket>(scope, 'bucket', {
    type: 'gcp:storage/bucket:Bucket',
    protect: protectData,
    inputs: {
      name: uniqueName(scope, name, LONGEST_BUCKET),
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'inherited',
      versioning: { enabled: true },
      lifecycleRules: [
        { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30, withState: 'ARCHIVED' } },
      ],
      website: { mainPageSuffix: 'index.html' },
      forceDestroy: !protectData,
      labels: { 'seaworthy-data': 'site' },
    },
  });
  // Reads an object, and lists none: https://cloud.google.com/storage/docs/access-control/iam-roles#legacy-roles
  new CloudResource<storage.BucketIAMMemberArgs>(scope, 'readers', {
    type: 'gcp:storage/bucketIAMMember:BucketIAMMember',
    inputs: { bucket: bucket.output('name'), role: 'roles/storage.legacyObjectReader', member: 'allUsers' },
  });
  const backend = new CloudResource<compute.BackendBucketArgs, compute.BackendBucket>(scope, 'backend', {
    type: 'gcp:compute/backendBucket:BackendBucket',
    inputs: {
      name,
      bucketName: bucket.output('name'),
      enableCdn: true,
      compressionMode: 'AUTOMATIC',
      customResponseHeaders: Object.entries(request.headers).map(([header, value]) => `${header}: ${value}`),
      // The files say themselves for how long they are good: Cache-Control, as they are uploaded.
      cdnPolicy: { cacheMode: 'USE_ORIGIN_HEADERS', negativeCaching: false },
    },
  });
  return backend.output('selfLink');
}

/** A proxy, and what it leads to. */
interface Door {
  readonly target: string;
}

function secure(scope: Construct, name: string, { host, isSinglePage }: SiteRequest, backend: string): Door {
  // A path that the bucket does not have is a page of the application's own.
  const page = { matchResponseCodes: ['404'], path: '/index.html', overrideResponseCode: 200 };
  const map = new CloudResource<compute.URLMapArgs, compute.URLMap>(scope, 'paths', {
    type: 'gcp:compute/uRLMap:URLMap',
    inputs: {
      name,
      defaultService: backend,
      ...(isSinglePage
        ? { defaultCustomErrorResponsePolicy: { errorService: backend, errorResponseRules: [page] } }
        : {}),
    },
  });
  const certificate = new CloudResource<compute.ManagedSslCertificateArgs, compute.ManagedSslCertificate>(
    scope,
    'certificate',
    {
      type: 'gcp:compute/managedSslCertificate:ManagedSslCertificate',
      // Another host is another certificate, there before the one in use goes.
      inputs: { name: `${name}-${digestOf(host)}`, managed: { domains: [host] } },
    },
  );
  const policy = new CloudResource<compute.SSLPolicyArgs, compute.SSLPolicy>(scope, 'tls', {
    type: 'gcp:compute/sSLPolicy:SSLPolicy',
    inputs: { name, profile: 'MODERN', minTlsVersion: 'TLS_1_2' },
  });
  const proxy = new CloudResource<compute.TargetHttpsProxyArgs, compute.TargetHttpsProxy>(scope, 'proxy', {
    type: 'gcp:compute/targetHttpsProxy:TargetHttpsProxy',
    inputs: {
      name,
      urlMap: map.output('selfLink'),
      sslCertificates: [certificate.output('selfLink')],
      sslPolicy: policy.output('selfLink'),
    },
  });
  return { target: proxy.output('selfLink') };
}

function redirecting(scope: Construct, name: string): Door {
  const map = new CloudResource<compute.URLMapArgs, compute.URLMap>(scope, 'redirect', {
    type: 'gcp:compute/uRLMap:URLMap',
    inputs: {
      name,
      defaultUrlRedirect: {
        httpsRedirect: true,
        redirectResponseCode: 'MOVED_PERMANENTLY_DEFAULT',
        stripQuery: false,
      },
    },
  });
  const proxy = new CloudResource<compute.TargetHttpProxyArgs, compute.TargetHttpProxy>(scope, 'redirect-proxy', {
    type: 'gcp:compute/targetHttpProxy:TargetHttpProxy',
    inputs: { name, urlMap: map.output('selfLink') },
  });
  return { target: proxy.output('selfLink') };
}

function doorOf(scope: Construct, name: string, ipAddress: string, { target, port }: Door & { port: number }): void {
  new CloudResource<compute.GlobalForwardingRuleArgs>(scope, `door-${port}`, {
    type: 'gcp:compute/globalForwardingRule:GlobalForwardingRule',
    inputs: { name, target, ipAddress, portRange: `${port}`, ipProtocol: 'TCP', loadBalancingScheme: SCHEME },
  });
}
