import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { at, isRecord, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { ROOT } from '../support/command';
import { Look } from '../support/look';
import { ENVIRONMENTS, FIVE, systemGraph } from '../support/systems';

describe.each(FIVE.flatMap((system) => ENVIRONMENTS.map((environment) => [system, environment] as const)))(
  '%s in %s',
  (system, environment) => {
    const look = new Look(systemGraph(system, environment));

    test('has no problem but placeholders', () => {
      expect(look.graph.problems.filter((p) => p.severity !== 'placeholder')).toEqual([]);
    });

    test('every probe, Service and autoscaler points at a port that a container has', () => {
      for (const { owner, spec } of look.pods()) {
        for (const container of list(spec.containers)) {
          const ports = list(at(container, 'ports')).flatMap((p) => [at(p, 'containerPort'), at(p, 'name')]);
          for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
            const port = at(container, probe, 'httpGet', 'port') ?? at(container, probe, 'tcpSocket', 'port');
            if (port !== undefined) expect({ owner, ports }).toEqual({ owner, ports: expect.arrayContaining([port]) });
          }
        }
      }
    });

    test('every folder that is mounted is of a volume that the pod has', () => {
      expect(look.mountsOfNothing()).toEqual([]);
    });

    test('every policy is of the types of its rules: others would be ignored', () => {
      for (const { object, inputs } of look.kinds('NetworkPolicy')) {
        if (object?.name === 'default-deny') continue;
        const spec = isRecord(inputs.spec) ? inputs.spec : {};
        const rules = [...('ingress' in spec ? ['Ingress'] : []), ...('egress' in spec ? ['Egress'] : [])];
        expect({ name: object?.name, types: spec.policyTypes }).toEqual({ name: object?.name, types: rules });
      }
    });

    test('no variable holds what looks like a secret', () => {
      const plain = look
        .pods()
        .flatMap(({ spec }) =>
          list(spec.containers).flatMap((c) =>
            list(at(c, 'env')).filter((v) => at(v, 'value') !== undefined && at(v, 'value') !== ''),
          ),
        );
      expect(plain.filter((v) => /PASSWORD|SECRET|TOKEN|API_KEY|DSN$/.test(String(at(v, 'name'))))).toEqual([]);
    });
  },
);

test('ALC-01, TLW-58 a cluster older than 1.24 is refused', () => {
  const codes = (system: 'alcs' | 'tallow') =>
    soundness(systemGraph(system, 'dev'), { kubernetesVersion: '1.23', environment: 'dev' }).map((p) => p.code);
  expect(codes('alcs')).toContain('SW-SCHEMA-004');
  expect(codes('tallow')).toContain('SW-SCHEMA-004');
});

test('TDO-08 a cluster of one’s own: its class of volumes, its registry, its kubeconfig', () => {
  const own = new Look(
    systemGraph('todo', 'dev', {
      'seaworthy:target': 'existing',
      'seaworthy:storageClass': 'ceph-rbd',
      'todo:registry': 'harbor.acme.org/todo',
    }),
  );
  expect(own.spec('PersistentVolumeClaim', 'todo-backups', 'storageClassName')).toBe('ceph-rbd');
  expect(at(own.container('Deployment', 'todo-backend'), 'image')).toBe('harbor.acme.org/todo/todo-backend:1.2.0');
});

test('ALC-48 sealed secrets: alcs-secrets is a SealedSecret of secrets only', () => {
  const [before, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'seaworthy-sealed-'))];
  const keys = ['API_KEY', 'JWT_SECRET', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'DATABASE_URL', 'POSTGRES_PASSWORD'];
  const sealed = (name: string, ...of: string[]) => ({
    kind: 'SealedSecret',
    metadata: { name, namespace: 'alcs' },
    spec: { encryptedData: Object.fromEntries(of.map((key) => [key, `AgB${key}`])) },
  });
  const all = [
    sealed('alcs-secrets', ...keys),
    sealed('postgres-auth', 'password', 'reader', 'metrics', 'superuser'),
    sealed('alcs-backup-postgres', 'database-url'),
  ];
  writeFileSync(join(folder, 'secrets.dev.sealed.yaml'), all.map((d) => stringify(d)).join('---\n'));
  try {
    process.chdir(folder);
    const look = new Look(systemGraph('alcs', 'dev', { 'seaworthy:secrets': 'sealed' }));
    expect(look.graph.problems).toEqual([]);
    expect(Object.keys(Object(look.spec('SealedSecret', 'alcs-secrets', 'encryptedData'))).sort()).toEqual(
      [...keys].sort(),
    );
    expect(look.names('Secret')).toEqual([]);
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});

describe('what people read', () => {
  const runbooks = readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8');
  test.each([
    ['TLW-74, TLW-82', /## Restore Redis[\s\S]*appendonly/],
    ['TDO-53', /velero restore create --from-schedule todo-backup/],
    ['TDO-54, ALC-95', /# Roll back[\s\S]*pulumi config set --stack prod alcs:tag 1\.0\.0/],
    ['ALC-09, ALC-104', /## ALCSPodCrashLooping[\s\S]*--previous/],
    [
      'ALC-96, ALC-105, TCO-21',
      /## Restore Postgres from a dump[\s\S]*--replicas=0[\s\S]*pg_restore[\s\S]*Start the writers again/,
    ],
  ])('%s the runbooks hold it', (_ids, words) => expect(runbooks).toMatch(words));

  test.each([...FIVE])('TLW-84, ALC-09 docs/systems/%s.md: its picture, how it runs, what was decided', (system) => {
    const page = readFileSync(join(ROOT, 'docs', 'systems', `${system}.md`), 'utf8');
    for (const heading of ['## On minikube', '## On EKS', '## What we decided where the brief is silent or wrong']) {
      expect(page).toContain(heading);
    }
    expect(page).toMatch(/─▶/);
  });
});
