import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openSession } from '../../bridge/session';
import { decrypted } from '../../bridge/sops';
import { at, isRecord, list, text } from '../../graph/json-value';
import { copyOfProject, seaworthy } from '../support/command';
import { containersOf, FETCHED, JUDGES_PATH, judge, objectNamed, objectsOf, yamlFile } from '../support/judges';
import { eventually, freePort } from '../support/processes';
import { talosGraph } from '../support/systems';

jest.setTimeout(120_000);

const PASSWORD = 'correct-horse-battery-staple';

/** A copy of the project whose dev takes its Secrets from elsewhere. */
function projectWith(backend: 'sops' | 'sealed'): ReturnType<typeof copyOfProject> {
  const project = copyOfProject();
  appendFileSync(join(project.folder, 'Pulumi.dev.yaml'), `  seaworthy:secrets: ${backend}\n`);
  return project;
}

describe('SOPS, by the real program', () => {
  const project = projectWith('sops');
  const file = join(project.folder, 'secrets.dev.sops.yaml');
  const keys = join(project.folder, 'age.txt');
  const secrets = {
    'talos-postgres': {
      password: PASSWORD,
      superuser: `${PASSWORD}-3`,
      reader: `${PASSWORD}-4`,
      metrics: `${PASSWORD}-5`,
    },
    'talos-redis': { password: `${PASSWORD}-2` },
  };
  const preview = () => seaworthy(['preview', '--system', 'talos'], { folder: project.folder });
  let recipient = '';
  afterAll(() => project.dispose());

  const encrypt = (plain: object) => {
    writeFileSync(file, stringify(plain));
    return judge('sops', ['encrypt', '--age', recipient, '--in-place', file]);
  };

  beforeAll(() => {
    const { output } = judge('age-keygen', ['-o', keys]);
    recipient = /age1\w+/.exec(output)?.[0] ?? '';
    expect(encrypt(secrets)).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).not.toContain(PASSWORD);
  });

  test('TAL-13 a preview needs no key: what is there counts, and nothing is shown', () => {
    const { status, output } = preview();
    expect(output).toMatch(
      /DATABASE_URL +talos-secrets\/database-url +\[secret, known after apply: secrets\.dev\.sops\.yaml talos-postgres\.password\]/,
    );
    expect(output).not.toContain(PASSWORD);
    expect(status).toBe(0);
  });

  test('with the key the value is there; without, sops is quoted and no secret', () => {
    openSession([]).offline = false;
    const before = { ...process.env };
    try {
      Object.assign(process.env, { PATH: JUDGES_PATH, SOPS_AGE_KEY_FILE: '/nowhere', HOME: '/nowhere' });
      expect(() => decrypted(file, 'talos-postgres.password')).toThrow(/SW-SOPS-003 sops cannot decrypt it/);
      process.env.SOPS_AGE_KEY_FILE = keys;
      expect(decrypted(file, 'talos-postgres.password')).toBe(PASSWORD);
      expect(() => decrypted(file, 'talos-postgres.user')).toThrow(/has no text under talos-postgres\.user/);
    } finally {
      process.env = before;
    }
  });

  test('a value that is missing, and one in plain text, are told', () => {
    const { 'talos-redis': _, ...less } = secrets;
    encrypt(less);
    expect(preview().output).toMatch(
      /SW-SOPS-001.*has no redis-cluster\.password|SW-SOPS-001.*has no talos-redis\.password/,
    );
    writeFileSync(file, stringify(secrets));
    const plain = preview().output;
    expect(plain).toMatch(/SW-SOPS-002 +talos-postgres\.password is in plain text in secrets\.dev\.sops\.yaml/);
    expect(plain).not.toContain(PASSWORD);
  });
});

describe('Sealed Secrets', () => {
  const project = projectWith('sealed');
  const file = join(project.folder, 'secrets.dev.sealed.yaml');
  const preview = (...more: string[]) =>
    seaworthy(['preview', '--system', 'talos', ...more], { folder: project.folder });
  afterAll(() => project.dispose());
  const sealed = (name: string, ...keys: string[]) => ({
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata: { name, namespace: 'talos-system' },
    spec: { encryptedData: Object.fromEntries(keys.map((key) => [key, `AgB${key}`])) },
  });

  test('what nobody sealed is told with its shape, and the command that seals it', () => {
    writeFileSync(file, stringify(sealed('talos-secrets', 'something-else')));
    const { status, output } = preview();
    expect(output).toMatch(
      /SW-SEALED-001 +secrets\.dev\.sealed\.yaml has no SealedSecret talos-secrets with the key database-url/,
    );
    expect(output).toContain('its value looks like postgresql://talos:<password>@talos-postgres:5432/talos');
    expect(output).toMatch(/kubeseal -o yaml >> secrets\.dev\.sealed\.yaml/);
    expect(status).toBe(1);
  });

  test('TAL-13 what is sealed becomes SealedSecrets that their CRD accepts, and no Secret has a credential', () => {
    const all = [
      sealed('talos-secrets', 'database-url'),
      sealed('talos-backup-postgres', 'database-url'),
      sealed('talos-archive-postgres', 'database-url'),
      sealed('talos-redis', 'redis-url'),
      sealed('talos-postgres-auth', 'password', 'superuser', 'reader', 'metrics'),
      sealed('redis-cluster-auth', 'password', 'users.acl'),
    ];
    writeFileSync(file, all.map((document) => stringify(document)).join('---\n'));
    const { status, stdout } = preview('--json');
    expect(list(at(JSON.parse(stdout), 'problems')).filter((p) => at(p, 'severity') === 'error')).toEqual([]);
    expect(status).toBe(0);
    const resources = list(at(JSON.parse(stdout), 'resources')).filter(isRecord);
    const made = resources.filter((r) => r.kind === 'SealedSecret').map((r) => r.inputs);
    expect(made).toHaveLength(6);
    expect(
      resources
        .filter((r) => r.kind === 'Secret')
        .map((r) => r.name)
        .sort(),
    ).toEqual(['talos-otlp']);
    const verdict = judge('kubeconform', [
      '-strict',
      '-schema-location',
      `${FETCHED}/schemas/{{.ResourceKind}}{{.KindSuffix}}.json`,
      yamlFile(made),
    ]);
    expect(verdict).toMatchObject({ status: 0, output: '' });
  });
});

test('Redis, by the real server: the arguments and users that are rendered let in who has the password, and nobody else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-redis-'));
  const objects = objectsOf(talosGraph('dev'));
  const { data } = objectNamed(objects, 'Secret', 'redis-cluster-auth');
  const decoded = (key: string) => Buffer.from(text(at(data, key)) ?? '', 'base64').toString();
  writeFileSync(join(folder, 'users.acl'), decoded('users.acl'));
  const [container] = containersOf(objectNamed(objects, 'Deployment', 'redis-cluster'));
  const port = `${await freePort()}`;
  const args = list(container?.args)
    .map(String)
    .map((arg) => ({ '/etc/redis/users.acl': join(folder, 'users.acl'), '6379': port, '/data': folder })[arg] ?? arg);
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const cli = (...command: string[]) => judge('redis-cli', ['-p', port, '--no-auth-warning', ...command]).output.trim();
  try {
    await eventually('redis answers', 20, async () =>
      cli('ping') === '' || /refused/.test(cli('ping')) ? undefined : true,
    );
    expect(cli('ping')).toMatch(/NOAUTH/);
    expect(cli('-a', 'wrong', 'ping')).toMatch(/WRONGPASS|NOAUTH/);
    const password = decoded('password');
    expect(cli('-a', password, 'ping')).toBe('PONG');
    expect(cli('-a', password, 'config', 'get', 'maxmemory-policy')).toMatch(/noeviction/);
    expect(cli('-a', password, 'config', 'get', 'maxmemory')).toMatch(/268435456/);
  } finally {
    server.kill();
  }
});
