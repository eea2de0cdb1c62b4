import { json } from '../constructs/core/compose';

/** What every kubeconfig says of a cluster; each may be a marker. */
interface Reached {
  readonly cluster: string;
  /** `https://…` */
  readonly endpoint: string;
  /** Base64 of its certificate. */
  readonly certificateAuthority: string;
}

/** The program of a cloud that gives a token: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
interface TokenProgram {
  readonly command: string;
  readonly args?: readonly string[];
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: 'Never';
}

/** A kubeconfig that asks for a token each time, and holds no credential. */
export function askingKubeconfig({ cluster, endpoint, certificateAuthority }: Reached, program: TokenProgram): string {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1beta1', ...program };
  return json({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    clusters: [{ name: cluster, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority } }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    users: [{ name: cluster, user: { exec } }],
  });
}
