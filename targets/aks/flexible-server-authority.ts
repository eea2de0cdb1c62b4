import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { Authority } from '../../constructs/core/endpoint';
import { nameOf } from '../../constructs/core/labels';
import { type Problem, report } from '../../constructs/core/problem';

const KEY = 'ca.crt';

/**
 * Who signs for Azure Database for PostgreSQL, outside of China: roots only, for what is below them changes.
 * https://learn.microsoft.com/azure/postgresql/security/security-tls#root-cas-used-by-azure-database-for-postgresql
 */
const ROOTS: Readonly<Record<string, string>> = {
  'DigiCert Global Root G2':
    'CB:3C:CB:B7:60:31:E5:E0:13:8F:8D:D3:9A:23:F9:DE:47:FF:C3:5E:43:C1:14:4C:EA:27:D4:6A:5A:B1:CB:5F',
  'Microsoft RSA Root Certificate Authority 2017':
    'C7:41:F7:0F:4B:2A:8D:88:BF:2E:71:C1:41:22:EF:53:EF:10:EB:A0:CF:A5:E6:4C:FA:20:F4:18:85:30:73:E0',
};

/** The authorities that sign for every server, in a ConfigMap: an image may trust nobody. They come with Node. */
export function flexibleServerAuthority(scope: Construct, trusted: readonly string[] = rootCertificates): Authority {
  const name = `${nameOf(scope)}-ca`;
  const found = rootsIn(trusted);
  new k8s.KubeConfigMap(scope, 'authority', {
    metadata: { name },
    data: { [KEY]: Object.values(found).join('\n') },
  });
  report(scope, () =>
    Object.keys(ROOTS)
      .filter((root) => found[root] === undefined)
      .map(unknown),
  );
  return { kind: 'ConfigMap', name, key: KEY };
}

/** Roots by name, as PEM. */
export function rootsIn(trusted: readonly string[] = rootCertificates): Readonly<Record<string, string>> {
  const known = trusted === rootCertificates ? ofNode : undefined;
  if (known !== undefined) return known;
  const certificates = trusted.map((pem) => new X509Certificate(pem));
  const found = Object.fromEntries(
    Object.entries(ROOTS).flatMap(([name, fingerprint]) => {
      const root = certificates.find((certificate) => certificate.fingerprint256 === fingerprint);
      return root === undefined ? [] : [[name, root.toString().trim()]];
    }),
  );
  if (trusted === rootCertificates) ofNode = found;
  return found;
}

/** Reading 140 certificates takes a few milliseconds, once. */
let ofNode: Readonly<Record<string, string>> | undefined;

function unknown(root: string): Problem {
  const what = `${root} is not among the authorities of Node ${process.version}, and signs for Azure Database for PostgreSQL: nobody could verify the database.`;
  return { code: 'SW-AKS-004', severity: 'error', what, fix: 'Node 20, 22 or 24 as nodejs.org gives it' };
}
