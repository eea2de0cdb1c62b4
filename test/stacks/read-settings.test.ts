import { readStackFile } from '../../bridge/stack-file';
import type { ConfigEntry } from '../../constructs/core/config-source';
import { type Problem, ProblemsError } from '../../constructs/core/problem';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { ROOT } from '../support/command';

/** What is told of the committed configuration with some keys changed. */
function told(stack: string, changes: Readonly<Record<string, string | Partial<ConfigEntry>>>): readonly Problem[] {
  const committed = readStackFile(ROOT, stack)?.entries.filter(({ key }) => !(key in changes)) ?? [];
  const changed = Object.entries(changes).map(([key, value]): ConfigEntry => {
    return { key, value: '', secret: false, line: 99, ...(typeof value === 'string' ? { value } : value) };
  });
  const source = { project: 'seaworthy', stack, file: `Pulumi.${stack}.yaml`, entries: [...committed, ...changed] };
  try {
    return readEnvironment(source, SYSTEMS).problems.filter((p) => p.severity === 'error');
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.filter((p) => p.severity === 'error');
    throw error;
  }
}
const codes = (problems: readonly Problem[]) => problems.map(({ code }) => code);

test('a number where a text is meant asks for quotes', () => {
  const entry = { value: '42798', changed: { '': '0123456' } };
  expect(told('dev', { 'tallow:tag': entry })).toEqual([
    {
      code: 'SW-CONFIG-015',
      severity: 'error',
      where: 'Pulumi.dev.yaml:99',
      what: 'tallow:tag is written 0123456, which is a number or a date to YAML: the engine makes "42798" of it.',
      fix: 'tallow:tag: "0123456"',
    },
  ]);
  expect(told('dev', { 'seaworthy:kubernetesVersion': { value: '1.3', changed: { '': '1.30' } } })).toMatchObject([
    { code: 'SW-CONFIG-015', fix: 'seaworthy:kubernetesVersion: "1.30"' },
  ]);
  expect(codes(told('dev', { 'talos:mcp.port': { value: '8000', changed: { '': '8_000' } } }))).toEqual([]);
});

describe('no word of JavaScript is a key or a system', () => {
  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s', (word) => {
    expect(told('dev', { [`talos:${word}`]: 'x' })).toMatchObject([{ code: 'SW-CONFIG-001', fix: expect.any(String) }]);
    expect(told('dev', { 'seaworthy:systems': `["talos","${word}"]` })).toMatchObject([
      { code: 'SW-CONFIG-011', fix: expect.stringContaining('seaworthy:systems: [') },
    ]);
  });
});

test('a system that is named twice is told', () => {
  expect(told('dev', { 'seaworthy:systems': '["talos","talos"]' })).toMatchObject([
    { code: 'SW-CONFIG-019', what: 'seaworthy:systems names "talos" twice; a system is there once.' },
  ]);
});

test('one setting in two spellings is told', () => {
  const changes = { 'talos:migrations': '{"version":1,"tag":"a"}', 'talos:migrations.version': '2' };
  expect(told('dev', changes)).toMatchObject([
    { code: 'SW-CONFIG-018', what: expect.stringContaining('talos:migrations.version is given twice') },
  ]);
});

describe('nothing is dropped', () => {
  test.each([
    ['an empty structure', 'talos:mcp.port', '{}', 'SW-CONFIG-004'],
    ['an empty structure around settings', 'talos:audit', '{}', 'SW-CONFIG-001'],
    ['a list', 'tallow:registry', '["ghcr.io"]', 'SW-CONFIG-004'],
    ['a list with a number in it', 'seaworthy:systems', '["talos",5]', 'SW-CONFIG-004'],
    ['nothing', 'tallow:registry', '', 'SW-CONFIG-004'],
  ])('%s', (_what, key, value, code) => {
    const problems = told('dev', { [key]: value });
    expect(problems).toMatchObject([{ code, fix: expect.stringMatching(/./) }]);
  });
});

test.each(['aws', 'gke', 'aks', 'k8s', 'tls', 'ecs', 'acm', 'dns', 'ops', 'tags'])(
  '%s: is somebody else’s namespace',
  (name) => {
    expect(told('prod', { [`${name}:region`]: 'eu-central-1' })).toEqual([]);
  },
);

test.each(['tallos', 'talow', 'ticolop', 'seeworthy'])('%s: is a slip', (name) => {
  expect(told('prod', { [`${name}:tag`]: '1' })).toMatchObject([
    { code: 'SW-CONFIG-008', fix: expect.stringMatching(/^\w+:tag$/) },
  ]);
});

describe('what lands in another language is refused where it comes in', () => {
  const LINE = 'a\nallowed-peer-ip=10.0.0.0-10.255.255.255';
  test.each([
    ['dev', 'tallow:turn.externalAddress', LINE],
    ['dev', 'tallow:signaling.path', '/x { return 200; }'],
    ['dev', 'tallow:signaling.path', '/../x//y'],
    ['dev', 'alcs:registry', 'a b; rm -rf /'],
    ['dev', 'seaworthy:issuer', 'letsencrypt\nx: y'],
    ['dev', 'seaworthy:context', 'a\u001b[31m'],
    ['dev', 'seaworthy:storageClass', 'UPPER b'],
    ['prod', 'ticolops:onCall.contact', '{{ .Labels }}'],
    ['prod', 'ticolops:drill.bucket', '*'],
    ['prod', 'talos:audit.table', 'audit; DROP TABLE x'],
    ['prod', 'talos:tracing.keyHeader', 'A B'],
    ['prod', 'talos:tracing.endpoint', 'https://key:hunter2@otlp.acme.org'],
    ['prod', 'eks:endpoint', 'https://key:hunter2@eks.amazonaws.com'],
    ['prod', 'eks:oidcIssuer', 'https://oidc.eks.amazonaws.com/id/1'],
    ['prod', 'eks:certificateAuthority', 'not base64!'],
    ['prod', 'eks:alarmTopic', 'arn:aws:sns:eu-central-1:123456789012:*'],
    ['prod', 'eks:subnetCidrs', '["0.0.0.0/0"]'],
    ['prod', 'eks:subnetCidrs', '["::/0"]'],
    ['platform', 'platform:velero.bucket', 'a/../b'],
    ['platform', 'platform:velero.region', 'x'],
  ])('%s %s %j', (stack, key, value) => {
    const problems = told(stack, { [key]: value });
    expect(problems).toMatchObject([
      { code: expect.stringMatching(/^SW-CONFIG-00[346]$/), fix: expect.stringMatching(/./) },
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

test('every refusal of a setting has a fix', () => {
  const bad = ['', 'x y', '\u0000', '{}', '[]', '["a"]', '-1', 'true', 'é', '9'.repeat(40)];
  for (const stack of ['dev', 'prod', 'platform']) {
    const keys = (readStackFile(ROOT, stack)?.entries ?? []).map(({ key }) => key);
    for (const key of keys)
      for (const value of bad)
        for (const problem of told(stack, { [key]: value })) expect(problem.fix ?? '').not.toBe('');
  }
});

test('large inputs are answered at once', () => {
  const began = process.cpuUsage();
  told('dev', { 'tallow:turn.externalAddress': '1'.repeat(100_000), [`talos:${'a'.repeat(100_000)}`]: 'x' });
  told('dev', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`n${i}:key`, 'x'])));
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(3);
});
