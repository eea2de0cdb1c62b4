import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { at, isRecord, list } from '../../graph/json-value';
import { copyOfProject, ROOT, seaworthy } from '../support/command';

const ESCAPE = '\u001b';
let project: ReturnType<typeof copyOfProject>;
beforeEach(() => {
  project = copyOfProject();
});
afterEach(() => project.dispose());

function change(file: string, from: string | RegExp, to: string): void {
  const path = join(project.folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  writeFileSync(path, after);
}

const preview = (...args: string[]) => seaworthy(['preview', ...args], { folder: project.folder });

test.each(['dev', 'staging', 'prod'])('--json of %s is as its schema says', (environment) => {
  const { status, stdout } = preview('--env', environment, '--json');
  expect(status).toBe(0);
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(join(ROOT, 'plan', 'preview.schema.json'), 'utf8')),
  );
  validate(JSON.parse(stdout));
  expect(validate.errors).toBeNull();
});

test('dev is previewed without being asked for', () => {
  const { status, stdout } = preview();
  expect(status).toBe(0);
  expect(stdout).toMatch(/dev · minikube · offline: nothing was contacted/);
  expect(stdout).toMatch(/gateway +1–2 copies at 70 % CPU +:8000/);
  expect(stdout).toMatch(
    /→ postgres +DATABASE_URL +talos-secrets\/database-url +\[secret, known after apply: postgres\/password\.result\]/,
  );
});

test('what is unknown says which resource will tell', () => {
  const resources = list(JSON.parse(preview('--env', 'prod', '--json').stdout).resources);
  const secret = resources.find((r) => at(r, 'name') === 'talos-secrets');
  expect(at(secret, 'inputs', 'spec', 'data', 0, 'remoteRef', 'key')).toEqual({
    unknown: 'talos/postgres/stored-passwords-version.arn',
  });
  const keys = Object.keys(isRecord(secret) ? secret : {});
  expect(keys).toEqual([
    'urn',
    'type',
    'kind',
    'apiVersion',
    'name',
    'namespace',
    'system',
    'dependsOn',
    'protect',
    'inputs',
  ]);
});

test('a pipe gets no colour', () => {
  expect(preview().stdout).not.toContain(ESCAPE);
});

test.each<[string, NodeJS.ProcessEnv, boolean]>([
  ['a terminal gets colour', {}, true],
  ['NO_COLOR takes it away', { NO_COLOR: '1' }, false],
  ['a dumb terminal gets none', { TERM: 'dumb' }, false],
])('%s', (_name, environment, isColoured) => {
  const { stdout } = seaworthy(['preview'], {
    folder: project.folder,
    environment: { SEAWORTHY_TTY: '1', TERM: 'xterm', ...environment },
  });
  expect(stdout.includes(ESCAPE)).toBe(isColoured);
});

test.each(['50', '80', '120'])('a terminal of %s columns is never overrun', (columns) => {
  const environment = { SEAWORTHY_TTY: '1', SEAWORTHY_COLUMNS: columns, NO_COLOR: '1' };
  const { stdout } = seaworthy(['preview', '--env', 'prod'], { folder: project.folder, environment });
  const tooLong = stdout.split('\n').filter((line) => line.length > Number(columns) && line.trim().includes(' '));
  expect(tooLong.filter((line) => !/Fix: pulumi config set/.test(line))).toEqual([]);
});

test('who stops reading, as head does, ends it quietly', () => {
  const command = `"${process.execPath}" "${join(ROOT, 'bin', 'seaworthy.js')}" preview --env prod --json | head -c 100 > /dev/null`;
  const { stderr } = spawnSync('sh', ['-c', command], { cwd: project.folder, encoding: 'utf8' });
  expect(stderr).toBe('');
});

test('in CI problems come first', () => {
  const { stdout } = seaworthy(['preview', '--env', 'prod'], { folder: project.folder, environment: { CI: 'true' } });
  expect(stdout.indexOf('SW-CONFIG-012')).toBeLessThan(stdout.indexOf('gateway'));
  expect(preview('--env', 'prod').stdout.indexOf('SW-CONFIG-012')).toBeGreaterThan(0);
});

test('--all lists every object with its URN, --part narrows to one', () => {
  const all = preview('--all').stdout;
  const made = list(JSON.parse(preview('--json').stdout).resources).filter((r) => at(r, 'component') !== true);
  expect(made.length).toBeGreaterThan(350);
  expect(all.match(/urn:pulumi:dev::seaworthy::/g)).toHaveLength(made.length);
  const resources = list(JSON.parse(preview('--system', 'talos', '--part', 'redis', '--json').stdout).resources);
  expect(new Set(resources.map((r) => at(r, 'part')))).toEqual(new Set(['redis']));
  expect(resources.filter((r) => at(r, 'component') === true).map((r) => at(r, 'type'))).toEqual([
    'seaworthy:data:Redis',
  ]);
});

test('what Pulumi.yaml gives to every stack counts, unless the stack says otherwise', () => {
  change(
    'Pulumi.yaml',
    'main: index.ts',
    'main: index.ts\nconfig:\n  talos:host: talos.project.test\n  talos:audit.port:\n    default: 8005',
  );
  change('Pulumi.dev.yaml', '  talos:host: talos.local.test\n', '');
  expect(preview().stdout).toContain('https://talos.project.test/api');
  expect(preview('--env', 'prod').stdout).toContain('https://talos.yourdomain.com/api');
});

describe('a mistake in the configuration', () => {
  test('all are told at once, each with code, key, value, line and fix; and nothing else', () => {
    change('Pulumi.prod.yaml', 'seaworthy:target: eks', 'seaworthy:target: eksx');
    change('Pulumi.prod.yaml', 'seaworthy:profile: prod', 'seaworthy:profil: prod');
    change(
      'Pulumi.prod.yaml',
      'talos:host: talos.yourdomain.com',
      'talos:host: https://talos\n  talos:database:\n    storage: 20',
    );
    const { status, output } = preview('--env', 'prod');
    expect(status).toBe(1);
    for (const words of [
      /SW-CONFIG-003 +seaworthy:target is "eksx"\. Known: minikube, eks, [a-z, ]*existing\. Did you mean "eks"\? +Pulumi\.prod\.yaml:4/,
      /SW-CONFIG-001 +seaworthy:profil is not a key\. Did you mean seaworthy:profile\? +Pulumi\.prod\.yaml:5/,
      /SW-CONFIG-002 +seaworthy:profile is required and missing/,
      /SW-CONFIG-006 +talos:host is "https:\/\/talos"; it must be a DNS name/,
      /SW-CONFIG-007 +talos:database\.storage is "20"; it needs a unit\./,
    ]) {
      expect(output).toMatch(words);
    }
    expect(output).not.toMatch(/\n +at /);
  });

  test('the keys of a system are told together', () => {
    change(
      'Pulumi.dev.yaml',
      'talos:host: talos.local.test',
      'talos:host: https://talos\n  talos:replcas: 3\n  talos:database:\n    storage: 20',
    );
    const { status, output } = preview();
    expect(status).toBe(1);
    expect(output).toMatch(/SW-CONFIG-006 +talos:host is "https:\/\/talos"; it must be a DNS name/);
    expect(output).toMatch(/SW-CONFIG-001 +talos:replcas is not a key/);
    expect(output).toMatch(
      /SW-CONFIG-007 +talos:database\.storage is "20"; it needs a unit\. +Pulumi\.dev\.yaml:11\n +Fix: "20Gi"/,
    );
  });

  test('a secret in plain text is refused and not shown', () => {
    change('Pulumi.dev.yaml', 'talos:tag', 'seaworthy:kubeconfig: hunter2\n  talos:tag');
    const { status, output } = preview();
    expect(status).toBe(1);
    expect(output).toMatch(/SW-CONFIG-005 +seaworthy:kubeconfig is in plain text; it is a secret\./);
    expect(output).toMatch(/Fix: pulumi config set --secret --stack dev seaworthy:kubeconfig/);
    expect(output).not.toContain('hunter2');
  });

  test('an encrypted value counts as there, and is shown nowhere', () => {
    change('Pulumi.dev.yaml', 'talos:tag', 'seaworthy:kubeconfig:\n    secure: v1:abc:hunter2\n  talos:tag');
    const { status, output } = preview('--json');
    expect(status).toBe(0);
    expect(output).not.toContain('hunter2');
    const provider = list(JSON.parse(output).resources).find((r) => at(r, 'name') === 'cluster');
    expect(at(provider, 'inputs', 'kubeconfig')).toEqual({ unknown: 'config seaworthy:kubeconfig', secret: true });
  });

  test('a structure with something encrypted in it is read: what is plain, and what is secret', () => {
    change(
      'Pulumi.dev.yaml',
      'talos:tag',
      'talos:tracing:\n    backend: managed\n    endpoint: https://otlp.acme.org:4317\n    keyHeader: DD-API-KEY\n    key:\n      secure: v1:abc:hunter2\n  talos:tag',
    );
    const { status, output } = preview('--system', 'talos');
    expect(output).toMatch(/tracing +.*https:\/\/otlp\.acme\.org:4317/);
    expect(output).not.toMatch(/SW-SECRET-007|hunter2/);
    expect(status).toBe(0);
  });

  test('an environment that is not there is named, with those that are', () => {
    const { status, output } = preview('--env', 'prd');
    expect(status).toBe(1);
    expect(output).toMatch(/SW-PROJECT-002 Pulumi\.prd\.yaml does not exist; there are: dev, prod, staging\./);
  });

  test('YAML that is none is told with its line', () => {
    change('Pulumi.dev.yaml', 'config:', 'config: [');
    const { status, output } = preview();
    expect(status).toBe(1);
    expect(output).toMatch(/Pulumi\.dev\.yaml:\d+\] SW-CONFIG-010 Pulumi\.dev\.yaml is not YAML/);
  });
});

describe('a mistake in the program', () => {
  test('a credential that would change its URL is told with its field, and not shown', () => {
    const lines = [
      "const chart = new Chart(app, 'shop');",
      "const url = base64(text`redis://:${secret('hunter2/@x')}@redis`);",
      "new k8s.KubeSecret(chart, 'secret', { metadata: { name: 's' }, data: { url } });",
    ];
    change('index.ts', 'return register(', `${lines.join(' ')}\n  return register(`);
    change(
      'index.ts',
      "import { App } from 'cdk8s';",
      "import { App, Chart } from 'cdk8s'; import { k8s } from 'cdk8s-plus-27';",
    );
    change(
      'index.ts',
      'import { SYSTEMS }',
      "import { secret } from '@pulumi/pulumi/output'; import { base64, text } from './constructs'; import { SYSTEMS }",
    );
    const { status, output } = preview();
    expect(output).toMatch(
      /SW-VALUE-003 +data\.url: a Pulumi Output is not safe in a URL; wrap it: uri\(…\)\. +shop\/secret/,
    );
    expect(output).not.toContain('hunter2');
    expect(status).toBe(1);
  });

  test.each([
    ['a Date', 'new Date(0)', 'data.made'],
    ['a bigint in a structure', '{ a: [10n] }', 'data.made.a[0]'],
    ['a Map', 'new Map()', 'data.made'],
    ['a function', '{ a: () => 1 }', 'data.made.a'],
  ])('an Output that turns out to be %s is told with its field, and nothing of it is sent', (is, value, field) => {
    const map = "new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'm' }, data: { made } });";
    change(
      'index.ts',
      'return register(',
      `const chart = new Chart(app, 'shop'); const made: any = output(1).apply((): any => (${value})); ${map}\n  return register(`,
    );
    change(
      'index.ts',
      "import { App } from 'cdk8s';",
      "import { App, Chart } from 'cdk8s'; import { k8s } from 'cdk8s-plus-27'; import { output } from '@pulumi/pulumi/output';",
    );
    const { status, output } = preview('--json');
    expect(JSON.parse(output).problems.filter((p: { severity: string }) => p.severity === 'error')).toMatchObject([
      {
        code: 'SW-VALUE-004',
        where: 'shop/map',
        what: `${field}: a Pulumi Output is ${is.split(' in ')[0]}, which no object can hold.`,
      },
    ]);
    expect(status).toBe(1);
  });

  test('an error that it throws is told with its place, without a stack trace', () => {
    change(
      'index.ts',
      'const app = new App();',
      "const app = new App(); if (app !== undefined) throw new Error('the harbour is closed');",
    );
    const { status, output } = preview();
    expect(status).toBe(1);
    expect(output).toMatch(
      /SW-PROGRAM-001 +the program stopped there: the harbour is closed\s+index\.ts:\d+:\d+\n +Fix: /,
    );
    expect(output).not.toMatch(/ at /);
  });
});

describe('a program that cannot be run', () => {
  test.each<[string, string, string, RegExp, number]>([
    ['no TypeScript', 'index.ts', 'const x: = 3', /SW-PROJECT-005 +it cannot be read:[\s\S]*const x: = 3/, 1],
    [
      'a lost file',
      'index.ts',
      "import { x } from './nowhere'; x();",
      /SW-PROJECT-006 +it imports \.\/nowhere, which is not there\. +index\.ts/,
      1,
    ],
    ['a missing package', 'index.ts', "import { x } from 'no-such'; x();", /Fix: npm install no-such/, 1],
    [
      'nothing registered',
      'index.ts',
      'export {};',
      /SW-PROJECT-007 +the program ran to its end[\s\S]*Fix: await register\(app\)/,
      0,
    ],
    [
      'another language',
      'Pulumi.yaml',
      'name: x\nruntime: python\n',
      /SW-PROJECT-003 Pulumi\.yaml asks for the runtime python/,
      1,
    ],
    [
      'no program',
      'Pulumi.yaml',
      'name: x\nruntime: nodejs\nmain: app.ts\n',
      /SW-PROJECT-004 Pulumi\.yaml names app\.ts/,
      1,
    ],
  ])('%s', (_name, file, content, words, code) => {
    writeFileSync(join(project.folder, file), content);
    const { status, output } = preview();
    expect(output).toMatch(words);
    expect(output).not.toMatch(/\n +at |bug of seaworthy/);
    expect(status).toBe(code);
  });
});

test('for a machine, what cannot be opened is a preview of nothing, with its problems', () => {
  const { status, stdout } = preview('--env', 'prd', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    environment: 'prd',
    resources: [],
    problems: [{ code: 'SW-PROJECT-002' }],
  });
  expect(status).toBe(1);
});

test.each([[['--system', 'talso']], [['--part', 'gatway']], [['--system', 'talos', '--part', 'x']]])(
  '%j asks for what is not there',
  (args) => {
    const { status, output } = preview(...args);
    expect(output).toMatch(/SW-PROJECT-008 +there is no (system|part) /);
    expect(status).toBe(1);
  },
);

test('outside of a project the way into one is told', () => {
  const { status, output } = seaworthy(['preview'], { folder: '/' });
  expect(status).toBe(1);
  expect(output).toMatch(/SW-PROJECT-001 no Pulumi\.yaml in \/ or above it/);
});

test.each([[['preview', '--help']], [['synth', '--help']], [['lock', '--help']], [['--help']]])('%j helps', (args) => {
  const { status, stdout } = seaworthy(args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Usage: seaworthy/);
});

test.each([
  [['previw'], /Did you mean preview/],
  [['preview', '--evn', 'dev'], /Did you mean --env/],
])('%j is a slip, not a crash', (args, words) => {
  const { status, output } = seaworthy(args);
  expect(status).toBe(1);
  expect(output).toMatch(words);
});

test('a bug of ours says so, and exits with 2', () => {
  const { status, output } = seaworthy(['preview'], {
    folder: project.folder,
    environment: { NODE_OPTIONS: `--require ${join(ROOT, 'test', 'support', 'bug.js')}` },
  });
  expect(status).toBe(2);
  expect(output).toMatch(/This is a bug of seaworthy, not yours\. Nothing was changed\./);
});
