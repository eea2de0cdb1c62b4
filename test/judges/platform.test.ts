import { join } from 'node:path';
import { at, isRecord, text } from '../../graph/json-value';
import { FETCHED, judge, objectsOf, yamlFile } from '../support/judges';
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
  ])('ALC-76 %s gets %j', (receiver, labels) => {
    expect(text(route(...labels).stdout)?.trim()).toBe(receiver);
  });
});
