import type { ConfigSource } from '../constructs/core/config-source';
import { shown } from '../constructs/core/forms';
import { type Problem, ProblemsError } from '../constructs/core/problem';
import { PROFILES } from '../constructs/core/profile';
import type { SecretBackend } from '../constructs/core/secret-source';
import { VERSIONS } from '../constructs/core/versions';
import { SELF_SIGNED } from '../constructs/network/certificate';
import type { TargetFacts } from '../targets/facts';
import { layerProblems, readAks, readEks, readGke } from './cluster-sources';
import { nearest } from './nearest';
import { SettingsReader } from './read-settings';
import { STORES } from './secret-stores';
import { choice, optional, or, orNone, type Settings, secret, text, texts } from './setting';
import { names, objectName, pairs, places, stackName } from './typed-texts';

export const TARGETS = ['minikube', 'eks', 'gke', 'aks', 'existing'] as const;

/** Keys of the namespace `seaworthy`: what every environment says. */
export const ENVIRONMENT_SETTINGS = {
  target: choice('where it runs', TARGETS),
  profile: choice('what it is for', ['dev', 'staging', 'prod']),
  systems: orNone(texts('systems of this stack; [] of one that makes a cluster and nothing else', 'talos')),
  kubernetesVersion: or(
    text('version of the cluster', '1.35', /^1\.\d{2}$/, 'it must be like "1.35"'),
    VERSIONS.kubernetes.version,
  ),
  context: optional(text('context of the kubeconfig', 'minikube')),
  kubeconfig: optional(secret('text of a kubeconfig, instead of the ambient one')),
  secrets: optional(choice('who writes Secrets', ['pulumi', 'external', 'sealed', 'sops'])),
  secretStore: optional(objectName('ClusterSecretStore of External Secrets', 'aws-secrets-manager')),
  secretStoreKind: or(choice('reach of that store', ['ClusterSecretStore', 'SecretStore']), 'ClusterSecretStore'),
  platformStack: optional(stackName('stack with the add-ons of this cluster', 'acme/seaworthy/platform')),
  cluster: or(choice('whether this stack makes the cluster', ['existing', 'create']), 'existing'),
  clusterStack: optional(stackName('stack that made the cluster, and tells its facts', 'acme/seaworthy/cluster')),
  brings: optional(
    names(
      'what the cluster has that no stack here makes',
      "['StorageClass fast', 'Secret shop/stripe']",
      /^([A-Z][A-Za-z]+|Prometheus label|Grafana label|IAM role|receiver) [\w.=*:-]+(\/[\w.=*:-]+)?$/,
      'each must be a kind and a name, with its namespace before it where it has one',
    ),
  ),
  storageClass: optional(objectName('StorageClass of volumes', 'gp3')),
  frontDoor: or(choice('who leads the world in', ['ingress', 'traefik', 'gateway']), 'ingress'),
  issuer: optional(objectName('ClusterIssuer of cert-manager, or self-signed', 'letsencrypt-prod')),
  ingressClass: optional(objectName('class of the front door, IngressClass or GatewayClass', 'nginx')),
  loadBalancer: optional(
    pairs('annotations of load balancers, in place of those of the target', '[metallb.io/address-pool=public]'),
  ),
  disksBy: optional(objectName('CSI driver of volumes, on a cluster that is no cloud of ours', 'rbd.csi.ceph.com')),
  fastDisks: optional(pairs('its parameters for fast disks', '[pool=fast]')),
  apiServer: optional(
    places('where the API server answers, for policies: ranges or pods, and a port', '[10.0.0.1/32:443]', 443),
  ),
  dns: optional(
    places('where names are asked, beside kube-dns: ranges or pods', '[10.0.0.10/32, kube-system/k8s-app=dns]', 53),
  ),
  ingressFrom: optional(
    places('where requests of the ingress controller come from: ranges of nodes, or pods', '[10.0.1.0/24]', 443),
  ),
} satisfies Settings;

/** One environment: a stack's configuration, checked and typed; with all that its target asks for. */
export interface Environment extends Omit<TargetFacts, 'project' | 'environment'> {
  /** The stack: `dev`. */
  readonly name: string;
  /** The stack that brought the cluster's add-ons. */
  readonly platformStack: string | undefined;
  /** Chosen systems, with their own settings, ready to be built. */
  readonly systems: readonly ChosenSystem[];
  /** Placeholders; errors stopped the reading. */
  readonly problems: readonly Problem[];
}

/** A system as a stack can choose it: its name is its namespace of configuration. */
export interface SystemDefinition<Build> {
  /** Gives the builder, once the settings are read. */
  readonly read: (reader: SettingsReader, namespace: string) => Build | undefined;
}

export interface ChosenSystem<Build = unknown> {
  readonly name: string;
  readonly build: Build;
}

/** Reads the configuration; that of other systems than `only` is left alone. @throws ProblemsError with everything that is wrong in it */
export function readEnvironment<Build>(
  source: ConfigSource,
  known: Readonly<Record<string, SystemDefinition<Build>>>,
  only?: string,
): Environment & { readonly systems: readonly ChosenSystem<Build>[] } {
  const reader = new SettingsReader(source);
  const own = reader.read('seaworthy', ENVIRONMENT_SETTINGS);
  const eks = own?.target === 'eks' ? readEks(reader, own) : undefined;
  const gke = own?.target === 'gke' ? readGke(reader, own) : undefined;
  const aks = own?.target === 'aks' ? readAks(reader, own) : undefined;
  if (own !== undefined) reader.problems.push(...layerProblems(own, source.file));
  // Where the choice itself is wrong, what was configured is read all the same, so that every problem comes at once.
  const names =
    own?.systems ?? Object.keys(known).filter((name) => source.entries.some((e) => e.key.startsWith(`${name}:`)));
  const wanted = only !== undefined && names.includes(only) ? [only] : names;
  for (const name of new Set(wanted.filter((name, i) => wanted.indexOf(name) !== i)))
    reader.problems.push(namedTwice(name, source));
  const systems = [...new Set(wanted)].flatMap((name) => chosen(name, known, reader, source));
  const kind = own?.secrets ?? (own?.profile === 'dev' ? 'pulumi' : 'external');
  const { name: usual, keys } = STORES[own?.target ?? 'existing'];
  const store = { kind: own?.secretStoreKind ?? 'ClusterSecretStore', name: own?.secretStore ?? usual };
  const secrets = secretBackend(kind, { store, keys }, source, reader);
  if (own?.profile === 'prod' && own.issuer === SELF_SIGNED.name) reader.problems.push(nobodyTrusts(source.file));
  reader.finish(Object.keys(known));
  const errors = reader.problems.filter((p) => p.severity === 'error');
  if (own === undefined || errors.length > 0) throw new ProblemsError(reader.problems);
  return {
    ...own,
    name: source.stack,
    profile: PROFILES[own.profile],
    secrets,
    eks,
    gke,
    aks,
    systems,
    problems: reader.problems,
  };
}

function namedTwice(name: string, { entries, file }: ConfigSource): Problem {
  const line = entries.find((e) => e.key === 'seaworthy:systems')?.line;
  const what = `seaworthy:systems names "${shown(name)}" twice; a system is there once.`;
  const where = line === undefined ? file : `${file}:${line}`;
  return { code: 'SW-CONFIG-019', severity: 'error', where, what, fix: `seaworthy:systems: [${name}, …], each once` };
}

function nobodyTrusts(where: string): Problem {
  const what =
    'seaworthy:issuer is "self-signed", which no browser trusts; production needs certificates that others vouch for.';
  return { code: 'SW-CONFIG-014', severity: 'error', where, what, fix: 'seaworthy:issuer: letsencrypt-prod' };
}

function secretBackend(
  kind: SecretBackend['kind'],
  external: Pick<Extract<SecretBackend, { kind: 'external' }>, 'store' | 'keys'>,
  { project, stack }: ConfigSource,
  reader: SettingsReader,
): SecretBackend {
  switch (kind) {
    case 'pulumi':
      return { kind };
    case 'external':
      return {
        kind,
        ...external,
        prefix: `${project}/${stack}`,
        refreshInterval: '1h',
      };
    case 'sealed':
    case 'sops': {
      const { backend, problems } = loadSecretFiles().readSecretFile(kind, stack);
      reader.problems.push(...problems);
      return backend;
    }
    default:
      return kind satisfies never;
  }
}

/** Few environments have such a file. */
const loadSecretFiles = (): typeof import('./secret-files') => require('./secret-files');

function chosen<Build>(
  name: string,
  known: Readonly<Record<string, SystemDefinition<Build>>>,
  reader: SettingsReader,
  source: ConfigSource,
): ChosenSystem<Build>[] {
  const definition = Object.hasOwn(known, name) ? known[name] : undefined;
  const build = definition?.read(reader, name);
  if (definition === undefined) {
    const line = source.entries.find((e) => e.key === 'seaworthy:systems')?.line;
    const what = `seaworthy:systems names "${shown(name)}", which is not a system of this program. Known: ${Object.keys(known).join(', ')}.`;
    const where = line === undefined ? source.file : `${source.file}:${line}`;
    const fix = `seaworthy:systems: [${nearest(name, Object.keys(known)) ?? Object.keys(known).join(', ')}]`;
    reader.problems.push({ code: 'SW-CONFIG-011', severity: 'error', where, what, fix });
  }
  return build === undefined ? [] : [{ name, build }];
}
