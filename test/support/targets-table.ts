import { App, Chart, Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { Identity, ObjectStore, Postgres, Redis, Site, System } from '../../constructs';
import { apiServerInWords } from '../../constructs/core/cluster-network';
import { OPERATORS } from '../../constructs/core/operator';
import type { Platform } from '../../constructs/core/platform';
import { buildGraph } from '../../graph/build';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { platformOn } from '../../targets';
import { documented } from './documented';
import { committed } from './systems';

const TARGETS = ['minikube', 'existing', 'eks', 'gke', 'aks'] as const;
type Target = (typeof TARGETS)[number];

/** A production environment of a target: those that are committed, or that its page shows. */
function entriesOf(target: Target) {
  const chosen = { 'seaworthy:systems': '["alcs"]' };
  if (target === 'eks') return committed('prod', chosen);
  if (target === 'gke' || target === 'aks') return documented(target, 'prod', chosen);
  const secrets = 'pulumi';
  const own = { 'seaworthy:target': target, 'seaworthy:profile': 'prod', 'seaworthy:secrets': secrets };
  const alcs = committed('dev', { ...chosen, ...own }).filter(({ key }) => /^(seaworthy|alcs):/.test(key));
  return alcs.filter(({ key }) => key !== 'seaworthy:issuer');
}

const PARTS = {
  postgres: 'Postgres',
  redis: 'Redis',
  backups: 'object store',
  archive: 'object store, locked',
  site: 'static site',
  identity: 'identity of a workload',
};

/** What a target makes of one part of each kind, in production, in the words of the preview. */
function answers(target: Target): Readonly<Record<string, string>> {
  const app = new App();
  const source = { project: 'shop', stack: 'prod', file: 'Pulumi.prod.yaml', entries: entriesOf(target) };
  const environment = readEnvironment(source, SYSTEMS);
  const platform = platformOn(app, { ...environment, project: 'shop', environment: 'prod' });
  const shop = new System(app, 'shop', { namespace: 'shop', platform, environment: 'prod' });
  new Postgres(shop, 'postgres', { database: 'shop' });
  new Redis(shop, 'redis');
  new ObjectStore(shop, 'backups', { keep: Duration.days(30) });
  new ObjectStore(shop, 'archive', { keep: Duration.days(2557), locked: true });
  new Site(shop, 'site', { host: 'shop.acme.org' });
  new Identity(shop, 'identity', { account: 'shop-api' });
  const { parts } = buildGraph(app);
  const factsOf = (id: string) => parts.find(({ path }) => path === `shop/${id}`)?.facts.join('; ') ?? '';
  const facts = Object.fromEntries(Object.entries(PARTS).map(([id, is]) => [is, factsOf(id)]));
  return { ...facts, ...surroundings(platform), ...operators(app, platform) };
}

function surroundings(platform: Platform): Record<string, string> {
  const { secrets, disks, loadBalancer, network } = platform;
  const settings = (parameters: Readonly<Record<string, string>>) =>
    Object.entries(parameters)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  const annotations = (of: Readonly<Record<string, string>>) =>
    Object.entries(of)
      .map(([key, value]) => `\`${key}: ${value}\``)
      .join('; ');
  return {
    secrets: secrets.kind === 'external' ? `External Secrets, store \`${secrets.store.name}\`` : 'Pulumi’s own',
    'class of volumes': `\`${platform.storageClass}\`${disks.hasDefault ? '' : ', made by the platform'}`,
    'fast disks': [disks.provisioner, settings(disks.fast)].filter((fact) => fact !== '').join(', '),
    'load balancer, TCP': annotations(loadBalancer.tcp) || 'as the cluster makes it',
    'load balancer, UDP': annotations(loadBalancer.udp) || 'as the cluster makes it',
    'API server, for policies': apiServerInWords(network),
    certificates: platform.issuer === undefined ? 'none, unless one is named' : `\`${platform.issuer.name}\``,
  };
}

/** Who the operators of the platform are in the cloud. */
function operators(app: App, platform: Platform): Record<string, string> {
  const chart = new Chart(app, 'platform');
  return Object.fromEntries(
    OPERATORS.map((name) => {
      const request = { name, namespace: name, account: name, stacks: ['prod'] };
      const made = platform.operator?.(new Construct(chart, name), request);
      return [`add-on ${name}`, made?.facts.join('; ') ?? NOBODY[name]];
    }),
  );
}

const NOBODY: Readonly<Record<(typeof OPERATORS)[number], string>> = {
  'external-secrets': 'a person makes the store',
  velero: 'into a bucket of somebody’s',
  'cluster-autoscaler': 'not needed, or no cloud',
  'aws-load-balancer-controller': 'not needed, or no cloud',
};

/** The table of docs/targets.md. */
export function targetsTable(): string {
  const columns = TARGETS.map((target) => answers(target));
  const rows = [...new Set(columns.flatMap((column) => Object.keys(column)))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (text = '') => text.replaceAll(/[a-z0-9]*swv[0-9a-z]+[a-z0-9.-]*/g, '…').replaceAll('|', '\\|');
  return [
    row(['', ...TARGETS]),
    row(['', ...TARGETS].map(() => '---')),
    ...rows.map((name) => row([name, ...columns.map((column) => cell(column[name]))])),
  ].join('\n');
}
