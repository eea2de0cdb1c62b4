import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { openCluster } from '../../bridge/cluster';

const TOKEN = 'zqTOKENqz-1234567890';
let server: Server;
let url: string;
let answer = { status: 200, body: '{"gitVersion":"v1.35.4"}' };
let heard: string | undefined;
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-kubeconfig-'));
const ambient = process.env.KUBECONFIG;

beforeAll(async () => {
  server = createServer((request, response) => {
    heard = `${request.url} ${request.headers.authorization}`;
    response.statusCode = answer.status;
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
beforeEach(() => {
  answer = { status: 200, body: '{"gitVersion":"v1.35.4"}' };
});
afterEach(() => {
  if (ambient === undefined) delete process.env.KUBECONFIG;
  else process.env.KUBECONFIG = ambient;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function kubeconfig(address: string, user: object = { token: TOKEN }): string {
  const clusters = [{ name: 'c', cluster: { server: address } }];
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
  return JSON.stringify({ 'current-context': 'c', clusters, contexts, users: [{ name: 'u', user }] });
}

const asked = (config: string | undefined, context?: string) =>
  openCluster(config, context, '1.35').then(({ server, problems }) => {
    server?.close();
    return problems;
  });
const codes = async (config: string | undefined, context?: string) => (await asked(config, context)).map((p) => p.code);

test.each([
  ['answers', 200, '{"gitVersion":"v1.35.4"}', []],
  ['does not accept the token', 401, '', ['SW-CLUSTER-006']],
  ['lets its owner ask nothing', 403, '', ['SW-CLUSTER-006']],
  ['is newer', 200, '{"gitVersion":"v1.36.0-eks-1"}', []],
  ['is older', 200, '{"gitVersion":"v1.33.4"}', ['SW-CLUSTER-004']],
])('a cluster that %s', async (_name, status, body, expected) => {
  answer = { status, body };
  expect(await codes(kubeconfig(url))).toEqual(expected);
});

test('a cluster that is not there', async () => {
  expect(await codes(kubeconfig('https://127.0.0.1:1'))).toEqual(['SW-CLUSTER-001']);
});

test('a context that the kubeconfig does not have is told with the key that asks for it', async () => {
  const [problem] = await asked(kubeconfig(url), 'minikube');
  expect(problem).toMatchObject({
    code: 'SW-CLUSTER-003',
    what: 'the kubeconfig names no cluster for the context "minikube", which seaworthy:context asks for.',
    fix: expect.stringContaining('seaworthy:context'),
  });
});

describe('it is asked as the kubeconfig says', () => {
  test.each([
    ['a token', { token: TOKEN }, `Bearer ${TOKEN}`],
    ['a name and a password', { username: 'a', password: 'b' }, 'Basic YTpi'],
    ['nobody', {}, 'undefined'],
  ])('by %s', async (_how, user, expected) => {
    expect(await codes(kubeconfig(url, user))).toEqual([]);
    expect(heard).toBe(`/version ${expected}`);
  });

  test('under the path that stands before the API', async () => {
    expect(await codes(kubeconfig(`${url}/k8s/clusters/c-1`))).toEqual([]);
    expect(heard).toBe(`/k8s/clusters/c-1/version Bearer ${TOKEN}`);
  });

  test('by the token in a file beside it', async () => {
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    writeFileSync(join(folder, 'config'), kubeconfig(url, { tokenFile: 'token' }));
    process.env.KUBECONFIG = join(folder, 'config');
    expect(await codes(undefined)).toEqual([]);
    expect(heard).toBe(`/version Bearer ${TOKEN}`);
  });

  test('by what a program gives; one that is not there is told by name', async () => {
    const program = join(folder, 'login');
    writeFileSync(program, `#!/bin/sh\necho '{"status":{"token":"${TOKEN}"}}'\n`);
    chmodSync(program, 0o755);
    expect(await codes(kubeconfig(url, { exec: { command: program } }))).toEqual([]);
    expect(heard).toBe(`/version Bearer ${TOKEN}`);
    const [problem] = await asked(kubeconfig(url, { exec: { command: 'no-such-login', args: [TOKEN] } }));
    expect(problem).toMatchObject({
      code: 'SW-CLUSTER-006',
      what: expect.stringMatching(/no-such-login, .*is not on PATH/),
    });
    expect(JSON.stringify(problem)).not.toContain(TOKEN);
  });
});

test('several files of KUBECONFIG are one, and of each name the first counts', async () => {
  const part = (name: string, things: object) => {
    writeFileSync(join(folder, name), JSON.stringify(things));
    return join(folder, name);
  };
  const clusters = [{ name: 'c', cluster: { server: url } }];
  const wrong = [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }];
  process.env.KUBECONFIG = [
    join(folder, 'is-not-there'),
    part('contexts', { 'current-context': 'c', contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }] }),
    part('clusters', { clusters }),
    part('others', { 'current-context': 'd', clusters: wrong, users: [{ name: 'u', user: { token: TOKEN } }] }),
  ].join(delimiter);
  expect(await codes(undefined)).toEqual([]);
  expect(heard).toBe(`/version Bearer ${TOKEN}`);
});

test.each([
  ['no YAML', `users:\n  - name: u\n    user: {token: ${TOKEN}\n  x: [`],
  ['a text', TOKEN],
  ['of an address that is none', kubeconfig(`not ${TOKEN} an address`)],
  ['of an address with a password', kubeconfig(`https://me:${TOKEN}@127.0.0.1:1`)],
  [
    'of certificates that are none',
    kubeconfig('https://127.0.0.1:1', { 'client-certificate-data': 'YQ==', 'client-key-data': 'YQ==' }),
  ],
])('a kubeconfig that is %s is a problem, and shows nothing of itself', async (_what, config) => {
  const problems = await asked(config);
  expect(problems.map((p) => p.code)).toEqual([expect.stringMatching(/^SW-CLUSTER-00[15]$/)]);
  expect(JSON.stringify(problems)).not.toContain('zqTOKENqz');
});
