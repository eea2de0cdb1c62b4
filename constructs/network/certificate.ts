import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { CertificateIssuer } from '../core/platform';
import { type System, systemOf } from '../core/system';

/** A year: https://cert-manager.io/docs/configuration/selfsigned/ */
const LIFE = '8760h0m0s';

/** The issuer that signs with the certificate's own key: nobody trusts it, and it needs nobody. */
export const SELF_SIGNED: CertificateIssuer = { kind: 'Issuer', name: 'self-signed' };

/** The pods by which cert-manager answers a challenge of ACME. https://cert-manager.io/docs/configuration/acme/http01/ */
export const SOLVER = { port: 8089, labels: { 'acme.cert-manager.io/http01-solver': 'true' } };

/** Whether certificates of a system are issued by somebody who asks the world for proof. */
export function isChallenged({ platform }: System): boolean {
  return platform.issuer !== undefined && platform.issuer.name !== SELF_SIGNED.name;
}

export interface CertificateProps {
  /** Secret that cert-manager fills with `tls.crt` and `tls.key`. */
  readonly secret: string;
  readonly hosts: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** @default the platform's issuer, else {@link SELF_SIGNED} */
  readonly issuer?: CertificateIssuer;
}

/** A certificate in a Secret, made and renewed by cert-manager. */
export function certificate(scope: Construct, { secret, hosts, issuer, annotations }: CertificateProps): void {
  const system = systemOf(scope);
  const { kind, name } = issuer ?? system.platform.issuer ?? SELF_SIGNED;
  // Public authorities decide for how long they sign; our own sign for a year.
  const isOurs = kind === 'Issuer';
  const object = new ApiObject(scope, 'certificate', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: secret, ...(annotations === undefined ? {} : { annotations: { ...annotations } }) },
    spec: {
      secretName: secret,
      privateKey: { algorithm: 'RSA', size: 2048, rotationPolicy: 'Always' },
      dnsNames: [...hosts],
      issuerRef: { kind, name },
      ...(isOurs ? { duration: LIFE } : {}),
    },
  });
  if (name === SELF_SIGNED.name) object.node.addDependency(selfSigned(system));
}

/** Ten years: nobody has to trust anew while the certificates that it signs are renewed. */
const LIFE_OF_AUTHORITY = '87600h0m0s';

/**
 * An authority of a part's own, that signs with a key which stays: those who trust it go on to do so when a certificate is renewed.
 * https://cert-manager.io/docs/configuration/selfsigned/#bootstrapping-ca-issuers
 */
export function ownAuthority(scope: Construct, name: string): CertificateIssuer {
  const system = systemOf(scope);
  const own = new Construct(scope, 'authority');
  const signed = new ApiObject(own, 'certificate', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name },
    spec: {
      isCA: true,
      commonName: name,
      secretName: name,
      duration: LIFE_OF_AUTHORITY,
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
      issuerRef: { kind: SELF_SIGNED.kind, name: SELF_SIGNED.name },
    },
  });
  signed.node.addDependency(selfSigned(system));
  const issuer = new ApiObject(own, 'issuer', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Issuer',
    metadata: { name },
    spec: { ca: { secretName: name } },
  });
  issuer.node.addDependency(signed);
  return { kind: 'Issuer', name };
}

/** What an Ingress says to cert-manager: https://cert-manager.io/docs/usage/ingress/ */
export function issuerAnnotations(issuer: CertificateIssuer | undefined): Record<string, string> {
  if (issuer === undefined) return {};
  const key = issuer.kind === 'Issuer' ? 'cert-manager.io/issuer' : 'cert-manager.io/cluster-issuer';
  return { [key]: issuer.name, ...(issuer.name === SELF_SIGNED.name ? { 'cert-manager.io/duration': LIFE } : {}) };
}

/** The self-signing issuer of a system's namespace; made when it is first asked for. */
export function selfSigned(system: System): Construct {
  const found = system.node.tryFindChild(SELF_SIGNED.name);
  if (found instanceof Construct) return found;
  const scope = new Construct(system, SELF_SIGNED.name);
  new ApiObject(scope, 'issuer', {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Issuer',
    metadata: { name: SELF_SIGNED.name },
    spec: { selfSigned: {} },
  });
  return scope;
}
