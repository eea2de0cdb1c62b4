import { X509Certificate } from 'node:crypto';
import { Construct } from 'constructs';
import { at, list } from '../../graph/json-value';
import { diskAlarm } from '../../targets/eks/rds-alarm';
import { authoritiesOf } from '../../targets/eks/rds-authority';
import { filled } from '../support/filled';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';
import { systemGraph } from '../support/systems';

const talos = new Look(systemGraph('talos', 'prod'));
const inputsOf = (look: Look, type: string) => look.cloud(type)[0]?.inputs;
/** Whether a node comes after another one, over whatever lies between. */
function comesAfter({ graph }: Look, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const path of seen) for (const edge of graph.edges) if (edge.from === path) seen.add(edge.to);
  return seen.has(to);
}
const todo = new Look(systemGraph('todo', 'prod'));

test('the master of RDS is no user of the application: what it is given is its own, and nobody changes it every seven days', () => {
  const instance = inputsOf(talos, 'aws:rds/instance:Instance');
  expect(at(instance, 'username')).toBe('postgres');
  const secret = filled(talos.spec('ExternalSecret', 'talos-secrets', 'target', 'template', 'data', 'database-url'));
  expect(secret).toMatch(/^postgresql:\/\/talos:\{\{ \.value1 \| urlquery \}\}@/);
  const users = list(talos.spec('ExternalSecret', 'talos-postgres-users', 'data')).map((d) =>
    at(d, 'remoteRef', 'property'),
  );
  expect(users.sort()).toEqual(['metrics', 'password', 'password', 'reader']);
});

test('who makes the users of RDS stands in the preview, and everybody waits for it', () => {
  expect(talos.names('Deployment')).toContain('talos-postgres-users');
  const users = 'talos/postgres/users/deployment';
  expect(comesAfter(talos, 'talos/migrations/job-v1', users)).toBe(true);
  expect(comesAfter(talos, 'talos/backup/job', users)).toBe(true);
});

test('the disk of RDS grows, and an alarm sees it where it did not', () => {
  const instance = inputsOf(talos, 'aws:rds/instance:Instance');
  expect(at(instance, 'maxAllocatedStorage')).toBe(100);
  const alarm = inputsOf(talos, 'aws:cloudwatch/metricAlarm:MetricAlarm');
  expect(alarm).toMatchObject({ metricName: 'FreeStorageSpace', comparisonOperator: 'LessThanThreshold' });
});

test('the alarm goes to the topic of the settings', () => {
  const topic = 'arn:aws:sns:eu-central-1:123456789012:on-call';
  const look = new Look(systemGraph('talos', 'prod', { 'eks:alarmTopic': topic }));
  const alarm = inputsOf(look, 'aws:cloudwatch/metricAlarm:MetricAlarm');
  expect(at(alarm, 'alarmActions')).toEqual([topic]);
});

test('an alarm without a topic is told', () => {
  const { problems } = graphOf((app) => {
    const alarm = new Construct(app, 'instance');
    diskAlarm(alarm, 'shop-db', 'shop-db', {});
  });
  expect(problems.map((p) => [p.code, p.severity, p.where])).toEqual([['SW-RDS-002', 'warning', 'instance']]);
});

test('the authorities of RDS are those of the region, as files of every caller', () => {
  const authorities = String(todo.data('ConfigMap', 'postgres-ca')['ca.crt']);
  const subjects =
    authorities.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)?.map((pem) => new X509Certificate(pem).subject) ??
    [];
  expect(subjects.length).toBeGreaterThanOrEqual(3);
  for (const subject of subjects) expect(subject).toMatch(/CN=Amazon RDS [a-z0-9-]+ Root CA/);
  const volumes = list(todo.spec('Deployment', 'todo-backend', 'template', 'spec', 'volumes'));
  expect(volumes).toContainEqual({
    name: 'authorities-postgres',
    configMap: { name: 'postgres-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] },
  });
});

test.each(['eu-central-1', 'us-east-1', 'ap-southeast-2'])('none of the authorities of %s has ended', (region) => {
  expect(authoritiesOf(region).length).toBeGreaterThanOrEqual(3);
  for (const pem of authoritiesOf(region))
    expect(Date.parse(new X509Certificate(pem).validTo)).toBeGreaterThan(Date.now());
});

test('a region that nobody knows has no authority, and is told', () => {
  const { problems } = systemGraph('talos', 'prod', { 'eks:region': 'xx-nowhere-1' });
  expect(problems.map((p) => p.code)).toContain('SW-RDS-001');
});
