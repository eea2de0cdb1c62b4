import type * as aws from '@pulumi/aws';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { json, text } from '../../constructs/core/compose';
import { keyOf } from '../../constructs/core/labels';
import type { HostedSite, SiteRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';
import { systemOf } from '../../constructs/core/system';
import type { EksCluster } from './eks-cluster';
import { privacy } from './s3';

/** AWS' own: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
const POLICIES = {
  optimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  disabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
};
const ORIGIN = 'files';

/**
 * A private bucket, and CloudFront before it, which alone may read it. Cost: by GiB and request, https://aws.amazon.com/cloudfront/pricing/
 */
export function cloudFront(
  scope: Construct,
  request: SiteRequest,
  cluster: EksCluster,
  environment: string,
): HostedSite {
  const { protectData } = systemOf(scope).platform.profile;
  const name = `${keyOf(scope)}-${environment}`;
  const bucket = new CloudResource<aws.s3.BucketArgs, aws.s3.Bucket>(scope, 'bucket', {
    type: 'aws:s3/bucket:Bucket',
    protect: protectData,
    inputs: {
      bucketPrefix: `${name}-`.slice(0, 37),
      forceDestroy: !protectData,
      tags: { 'seaworthy:data': 'site' },
    },
  });
  const id = bucket.output('bucket');
  privacy(scope, id);
  const access = new CloudResource<aws.cloudfront.OriginAccessControlArgs, aws.cloudfront.OriginAccessControl>(
    scope,
    'access',
    {
      type: 'aws:cloudfront/originAccessControl:OriginAccessControl',
      inputs: {
        name,
        originAccessControlOriginType: 's3',
        signingBehavior: 'always',
        signingProtocol: 'sigv4',
      },
    },
  );
  const distribution = new CloudResource<aws.cloudfront.DistributionArgs, aws.cloudfront.Distribution>(
    scope,
    'distribution',
    {
      type: 'aws:cloudfront/distribution:Distribution',
      inputs: {
        ...distributionInputs(request, cluster.siteCertificate),
        comment: name,
        origins: [
          {
            originId: ORIGIN,
            domainName: bucket.output('bucketRegionalDomainName'),
            originAccessControlId: access.output('id'),
          },
        ],
        defaultCacheBehavior: behavior(POLICIES.disabled, headerPolicy(scope, name, request)),
        orderedCacheBehaviors: [
          { pathPattern: '/assets/*', ...behavior(POLICIES.optimized, headerPolicy(scope, name, request)) },
        ],
      },
    },
  );
  onlyCloudFront(scope, id, bucket.output('arn'), distribution.output('arn'));
  report(scope, () => (cluster.siteCertificate === undefined ? [noCertificate(request.host)] : []));
  return {
    facts: [
      'S3 bucket, private',
      'CloudFront: TLS 1.2 and newer, security headers, gzip and brotli',
      `files: aws s3 sync to the bucket of ${name}`,
    ],
  };
}

function distributionInputs(
  { host, isSinglePage }: SiteRequest,
  certificate: string | undefined,
): Omit<aws.cloudfront.DistributionArgs, 'origins' | 'defaultCacheBehavior'> {
  // A private bucket answers 403 for what it does not have.
  const codes = isSinglePage ? [403, 404] : [];
  return {
    enabled: true,
    isIpv6Enabled: true,
    httpVersion: 'http2and3',
    priceClass: 'PriceClass_100',
    aliases: [host],
    defaultRootObject: 'index.html',
    customErrorResponses: codes.map((errorCode) => ({ errorCode, responseCode: 200, responsePagePath: '/index.html' })),
    restrictions: { geoRestriction: { restrictionType: 'none' } },
    viewerCertificate: {
      acmCertificateArn: certificate ?? '',
      sslSupportMethod: 'sni-only',
      minimumProtocolVersion: 'TLSv1.2_2021',
    },
  };
}

function behavior(cachePolicyId: string, responseHeadersPolicyId: string) {
  return {
    targetOriginId: ORIGIN,
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD'],
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
    cachePolicyId,
    responseHeadersPolicyId,
  };
}

/** Headers of every answer, whatever the bucket says. */
function headerPolicy(scope: Construct, name: string, { headers }: SiteRequest): string {
  const found = scope.node.tryFindChild('headers');
  if (CloudResource.isCloudResource(found)) return found.output('id');
  // These have places of their own; the rest are custom.
  const csp = headers['Content-Security-Policy'];
  const own = new Set([
    'Content-Security-Policy',
    'Strict-Transport-Security',
    'X-Content-Type-Options',
    'X-Frame-Options',
    'X-XSS-Protection',
    'Referrer-Policy',
  ]);
  const items = Object.entries(headers).flatMap(([header, value]) =>
    own.has(header) ? [] : [{ header, value, override: true }],
  );
  const policy = new CloudResource<aws.cloudfront.ResponseHeadersPolicyArgs, aws.cloudfront.ResponseHeadersPolicy>(
    scope,
    'headers',
    {
      type: 'aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy',
      inputs: {
        name,
        securityHeadersConfig: {
          ...(csp === undefined ? {} : { contentSecurityPolicy: { contentSecurityPolicy: csp, override: true } }),
          strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, includeSubdomains: true, override: true },
          contentTypeOptions: { override: true },
          frameOptions: { frameOption: 'DENY', override: true },
          xssProtection: { protection: true, modeBlock: true, override: true },
          referrerPolicy: { referrerPolicy: 'strict-origin-when-cross-origin', override: true },
        },
        ...(items.length === 0 ? {} : { customHeadersConfig: { items } }),
      },
    },
  );
  return policy.output('id');
}

function onlyCloudFront(scope: Construct, bucket: string, bucketArn: string, distributionArn: string): void {
  new CloudResource<aws.s3.BucketPolicyArgs>(scope, 'policy', {
    type: 'aws:s3/bucketPolicy:BucketPolicy',
    inputs: {
      bucket,
      policy: json({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Action: 's3:GetObject',
            Resource: text`${bucketArn}/*`,
            Condition: { StringEquals: { 'AWS:SourceArn': distributionArn } },
          },
        ],
      }),
    },
  });
}

function noCertificate(host: string): Problem {
  const what = `eks:siteCertificate is not set; CloudFront needs a certificate of ACM in us-east-1 for ${host}.`;
  return { code: 'SW-SITE-001', severity: 'error', what, fix: 'eks:siteCertificate: arn:aws:acm:us-east-1:…' };
}
