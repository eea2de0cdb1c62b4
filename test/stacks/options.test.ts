import { App } from 'cdk8s';
import { ADD_ONS } from '../../constructs/add-ons/add-on';
import { ProblemsError } from '../../constructs/core/problem';
import { buildGraph } from '../../graph/build';
import { soundness } from '../../graph/soundness';
import { SYSTEMS } from '../../stacks';
import { ALCS_SETTINGS } from '../../stacks/alcs-settings';
import { readEnvironment } from '../../stacks/environment';
import { PLATFORM_SETTINGS } from '../../stacks/platform-settings';
import type { Settings } from '../../stacks/setting';
import { TALLOW_SETTINGS } from '../../stacks/tallow-settings';
import { TALOS_SETTINGS } from '../../stacks/talos-settings';
import { TICOLOPS_SETTINGS } from '../../stacks/ticolops-settings';
import { TODO_SETTINGS } from '../../stacks/todo-settings';
import { platformOn } from '../../targets';
import { committed, FIVE } from '../support/systems';

const SETTINGS: Readonly<Record<string, Settings>> = {
  talos: TALOS_SETTINGS,
  tallow: TALLOW_SETTINGS,
  ticolops: TICOLOPS_SETTINGS,
  todo: TODO_SETTINGS,
  alcs: ALCS_SETTINGS,
  platform: PLATFORM_SETTINGS,
};

/** What somebody may write for a setting: its example, and each of its words. */
function valuesOf({ is, example, parse }: Settings[string]): string[] {
  const words = is.includes(': ') ? is.slice(is.lastIndexOf(': ') + 2).split(', ') : [];
  const flags = example === 'true' ? ['true', 'false'] : [];
  return [...new Set([example, ...flags, ...words])].filter((raw) => 'value' in parse(raw));
}

/** The codes of all that stops a preview of one system with one setting changed. */
function stops(
  system: string,
  stack: 'dev' | 'prod' | 'platform',
  changes: Readonly<Record<string, string>>,
): string[] {
  const app = new App();
  try {
    const entries = committed(stack, { 'seaworthy:systems': JSON.stringify([system]), ...changes });
    const source = { project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries };
    const environment = readEnvironment(source, SYSTEMS);
    const platform = platformOn(app, { ...environment, project: 'seaworthy', environment: stack });
    for (const { build } of environment.systems) build(app, { platform, environment: stack });
    const { kubernetesVersion } = platform;
    const found = soundness(buildGraph(app), { kubernetesVersion, environment: stack });
    return found.filter((p) => p.severity === 'error').map((p) => `${p.code} ${p.what}`);
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.filter((p) => p.severity === 'error').map((p) => `${p.code} ${p.what}`);
    return [`throws ${error}`];
  }
}

/** What has to be said with it. */
const WITH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'talos:tracing.backend=managed': { 'talos:tracing.endpoint': 'https://otlp.acme.org:4317' },
  'talos:tracing.backend=jaeger-operator': { 'talos:tracing.elasticsearch': 'http://elasticsearch.acme.org:9200' },
  'tallow:turn.placement=in-cluster-public': { 'tallow:turn.externalAddress': '203.0.113.7' },
  'todo:data.claim=shared': { 'todo:data.storageClass': 'efs' },
  'platform:addOns=cloudnative-pg': { 'platform:addOns': 'cert-manager,cloudnative-pg' },
};

/** What is refused on purpose, and the code that says why. */
const REFUSED: Readonly<Record<string, string>> = {
  'prod talos:devMode=true': 'SW-TALOS-001',
  'prod talos:tracing.backend=jaeger': 'SW-TRACING-002',
  'prod talos:monitoring.enabled=false': 'SW-TALOS-002',
  'prod talos:monitoring.prometheusRule=false': 'SW-TALOS-002',
  'prod tallow:turn.placement=in-cluster': 'SW-T',
  'dev ticolops:drill.bucket=ticolops-prod-backups': 'SW-STORE-003',
  'prod ticolops:database.keepBackupsDays=1': 'SW-POSTGRES-004',
  'prod alcs:authentication=false': 'SW-ALCS-001',
  // The committed file asks for certificates of Let's Encrypt.
  ...Object.fromEntries(
    ADD_ONS.filter((name) => name !== 'cert-manager' && name !== 'cloudnative-pg').map((name) => [
      `platform platform:addOns=${name}`,
      'SW-PLATFORM-003',
    ]),
  ),
};

const CASES = Object.entries(SETTINGS).flatMap(([system, settings]) =>
  (system === 'platform' ? (['platform'] as const) : (['dev', 'prod'] as const)).map(
    (stack) => [system, stack, settings] as const,
  ),
);

test.each(FIVE)('%s can be in production on a cluster that is no cloud of ours', (system) => {
  const unlocked = system === 'talos' ? { 'talos:audit.locked': 'false' } : {};
  expect(stops(system, 'prod', { 'seaworthy:target': 'existing', ...unlocked })).toEqual([]);
});

test.each(CASES)('each setting of %s can be set to each of its words, in %s', (system, stack, settings) => {
  const stopped = Object.entries(settings).flatMap(([name, setting]) =>
    valuesOf(setting).flatMap((value) => {
      const key = `${system}:${name}`;
      const option = `${key}=${value}`;
      const found = stops(system, stack, { [key]: value, ...WITH[option] });
      const code = REFUSED[`${stack} ${option}`];
      const [isMissing, others] = [
        code !== undefined && found.every((p) => !p.startsWith(code)),
        found.filter((p) => code === undefined || !p.startsWith(code)),
      ];
      return [
        ...(isMissing ? [`${stack} ${option} is not refused by ${code}`] : []),
        ...others.map((p) => `${stack} ${option}: ${p}`),
      ];
    }),
  );
  expect(stopped).toEqual([]);
});
