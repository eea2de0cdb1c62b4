import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { FETCHED, judge, objectsOf, yamlFile } from '../support/judges';
import { eventually, freePort, Processes } from '../support/processes';
import { platformGraph } from '../support/systems';

jest.setTimeout(120_000);

const graph = platformGraph({ 'platform:onCall.webhook': '[secret]' });
const schemas = ['kubernetes/', ''].flatMap((folder) => [
  '-schema-location',
  `${FETCHED}/schemas/${folder}{{.ResourceKind}}{{.KindSuffix}}.json`,
]);
const all = [graph, platformGraph({ 'platform:addOns': '["cert-manager","sealed-secrets"]' })].flatMap((g) => g.nodes);
const valuesOf = (release: string) => {
  const found = all.find((n) => n.type === 'kubernetes:helm.sh/v3:Release' && n.inputs.name === release);
  return at(found?.inputs, 'values');
};

test('the platform’s own objects are as their schemas say', () => {
  const objects = objectsOf(graph);
  const { status, stdout } = judge('kubeconform', [
    '-strict',
    '-summary',
    '-output',
    'json',
    ...schemas,
    yamlFile(objects),
  ]);
  expect(at(JSON.parse(stdout), 'resources') ?? []).toEqual([]);
  expect(status).toBe(0);
});

/** Charts that are obtainable here, by their release; the others (docs/platform.md) are unproven. */
test.each([
  ['cert-manager', 'cert-manager'],
  ['external-secrets', 'external-secrets'],
  ['elastic-operator', 'eck-operator'],
  ['sealed-secrets', 'sealed-secrets'],
])('helm renders %s with our values, and every object of it is as its schema says', (release, chart) => {
  const values = yamlFile([valuesOf(release) ?? {}], 'values.yaml');
  const args = ['template', release, join(FETCHED, 'charts', chart), '--kube-version', '1.35.0', '--values', values];
  const rendered = judge('helm', args);
  expect(rendered).toMatchObject({ status: 0 });
  expect(rendered.stdout.match(/^kind: Deployment|^kind: StatefulSet/gm)).not.toBeNull();
  const { status, stdout } = judge(
    'kubeconform',
    ['-summary', '-output', 'json', '-skip', 'CustomResourceDefinition', ...schemas],
    {
      input: rendered.stdout,
    },
  );
  expect(at(JSON.parse(stdout), 'resources') ?? []).toEqual([]);
  expect(status).toBe(0);
});

test('what sets the retention of logs puts three things, as curl writes them, and the password in no argument', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-retention-'));
  const [before] = list(
    at(
      objectsOf(graph).find((o) => o.kind === 'Logstash'),
      'spec',
      'podTemplate',
      'spec',
      'initContainers',
    ),
  );
  const script = String(at(before, 'command', 2));
  const lifecycle = list(at(before, 'env')).find((variable) => at(variable, 'name') === 'LIFECYCLE');
  // In curl's place: what it was told, and what it read.
  const curl = `#!/bin/bash\nprintf '%s\\n' "$@" >>"${folder}/arguments"; [ "$1" = --config ] && cat "$2" >>"${folder}/config"\nwhile [ $# -gt 1 ]; do case $1 in --request) shift 2; echo "PUT $1" >>"${folder}/asked";; --data) echo "$2" >>"${folder}/bodies";; esac; shift; done\n`;
  writeFileSync(join(folder, 'curl'), curl, { mode: 0o755 });
  const env = {
    ES: 'https://es:9200',
    ES_USER: 'logstash',
    ES_PASSWORD: 'hunter2',
    LIFECYCLE: String(at(lifecycle, 'value')),
  };
  const program = `PATH=${folder}:$PATH\n${script}`;
  expect(judge('bash', ['-euc', program], { env })).toMatchObject({ status: 0 });
  const written = (name: string) => readFileSync(join(folder, name), 'utf8');
  expect(written('asked').trim().split('\n')).toEqual([
    'PUT https://es:9200/_ilm/policy/seaworthy-logs',
    'PUT https://es:9200/_component_template/logs@custom',
    'PUT https://es:9200/logs-*/_settings?allow_no_indices=true',
  ]);
  for (const body of written('bodies').trim().split('\n')) expect(JSON.parse(body)).toEqual(expect.any(Object));
  expect(written('config')).toContain('user = "logstash:hunter2"');
  expect(written('arguments')).not.toContain('hunter2');
  rmSync(folder, { recursive: true, force: true });
});

describe('Alertmanager, by its own program', () => {
  const config = at(valuesOf('prometheus'), 'alertmanager', 'config');
  // Debian's amtool is 0.25; `url_file` came with 0.26, so that an address stands for the file here.
  const known: unknown = JSON.parse(
    JSON.stringify(config ?? {}).replaceAll(/"url_file":"([^"]*)"/g, '"url":"https://file$1"'),
  );
  const file = yamlFile([isRecord(known) ? known : {}], 'alertmanager.yml');
  const route = (...labels: string[]) =>
    judge('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels]);

  test('its configuration is one', () => {
    expect(judge('amtool', ['check-config', file])).toMatchObject({
      status: 0,
      output: expect.stringMatching(/SUCCESS/),
    });
  });

  test.each([
    ['on-call', ['severity=critical', 'alertname=ALCSPodCrashLooping']],
    ['on-call', ['severity=critical', 'alertname=NothingAvailable', 'system=talos']],
    ['by-day', ['severity=warning', 'alertname=ALCSHighErrorRate']],
    ['none', ['severity=none', 'alertname=Watchdog']],
    ['none', ['severity=none', 'alertname=InfoInhibitor']],
  ])('ALC-76 %s gets %j', (receiver, labels) => {
    expect(text(route(...labels).stdout)?.trim()).toBe(receiver);
  });

  const alert = (alertname: string, severity: string, more: Readonly<Record<string, string>>) => ({
    labels: { alertname, severity, ...more },
  });
  const budget = { namespace: 'talos-system', system: 'talos', service: 'talos-gateway' };
  test.each([
    ['a budget that burns slowly, where it burns fast too', 1, alert('ErrorBudgetBurns1d', 'warning', budget)],
    ['that of another service', 0, alert('ErrorBudgetBurns1d', 'warning', { ...budget, service: 'talos-audit' })],
    ['that of another namespace', 0, alert('ErrorBudgetBurns3d', 'warning', { ...budget, namespace: 'todo-chatbot' })],
    ['another alert of that service', 0, alert('RequestsAreSlow', 'warning', budget)],
    [
      'the lesser of two alerts of the chart’s with one name',
      1,
      alert('KubeVersionMismatch', 'warning', { namespace: 'a' }),
    ],
    ['the chart’s alert of another namespace', 0, alert('KubeVersionMismatch', 'warning', { namespace: 'b' })],
  ])('%s is kept back: %d', async (_what, kept, asked) => {
    const shouting = [
      alert('ErrorBudgetBurns1h', 'critical', budget),
      alert('KubeVersionMismatch', 'critical', { namespace: 'a' }),
    ];
    expect(await keptBack([...shouting, asked], asked.labels.alertname)).toBe(kept);
  });

  /** How many warnings of that name a running Alertmanager keeps back. */
  async function keptBack(alerts: readonly object[], name: string): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'seaworthy-alertmanager-'));
    const processes = new Processes(folder);
    const port = await freePort();
    const address = `http://127.0.0.1:${port}/api/v2/alerts`;
    processes.start('prometheus-alertmanager', [
      `--config.file=${file}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]);
    try {
      const headers = { 'Content-Type': 'application/json' };
      const body = JSON.stringify(alerts);
      await eventually('Alertmanager takes alerts', 30, async () =>
        (await fetch(address, { method: 'POST', headers, body })).ok ? true : undefined,
      );
      const found = await eventually('Alertmanager has them', 30, async () => {
        const response = await fetch(`${address}?inhibited=true&filter=alertname%3D${name}&filter=severity%3Dwarning`);
        const told = list(await response.json());
        // Known, and looked at.
        return told.length > 0 && told.every((one) => at(one, 'status', 'state') !== 'unprocessed') ? told : undefined;
      });
      return found.filter((one) => list(at(one, 'status', 'inhibitedBy')).length > 0).length;
    } finally {
      await processes.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
});
