import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import fc from 'fast-check';
import { nginxConfig } from '../../constructs/service/nginx-config';
import { at, text } from '../../graph/json-value';
import { JUDGES_PATH, judge, objectNamed, objectsOf } from '../support/judges';
import { eventually, freePort } from '../support/processes';
import { systemGraph } from '../support/systems';
import { Workshop } from '../support/workshop';

jest.setTimeout(300_000);

const shop = new Workshop();
const started: ChildProcess[] = [];
beforeAll(() => {
  chmodSync(shop.folder, 0o755);
  shop.own();
});
afterAll(async () => {
  // A master that is killed leaves its workers; one that is told to end does not.
  const running = started.filter((child) => child.exitCode === null && child.signalCode === null);
  const ended = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGTERM');
  await Promise.all(ended);
  shop.dispose();
});

function start(file: string): void {
  const [first = '', ...rest] = [...shop.asNobody('nginx'), '-c', file, '-e', 'stderr', '-g', 'daemon off;'];
  started.push(spawn(first, rest, { env: { ...process.env, PATH: JUDGES_PATH, HOME: shop.folder }, stdio: 'ignore' }));
}

const HOST = 'your-domain.com';
const tallow = objectsOf(systemGraph('tallow', 'prod', { 'tallow:frontDoor': 'nginx', 'seaworthy:secrets': 'pulumi' }));

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

describe('nginx, on the configuration that is rendered', () => {
  let ports: { http: number; https: number };
  const asked: string[] = [];
  const servers: { close: () => void }[] = [];

  beforeAll(async () => {
    const [http, https, app, signaling, acme] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
    // It answers each person with what is theirs, and renews their session with each answer, but for what was built.
    servers.push(
      createServer((req, res) => {
        asked.push(req.url ?? '');
        const who = /session=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? 'nobody';
        res.setHeader('content-type', 'text/html');
        if (req.url?.startsWith('/_next/static/personal') || req.url?.startsWith('/_next/static/') !== true)
          res.setHeader('set-cookie', `session=${who}-renewed`);
        if (req.url?.startsWith('/_next/static/fresh') === true) res.setHeader('cache-control', 'no-store');
        const { host } = req.headers;
        res.end(`app of ${who} at ${host}, ${req.headers['x-forwarded-host']}: ${'hello '.repeat(200)}`);
      }).listen(app, '127.0.0.1'),
      createServer((_req, res) => res.end('challenge')).listen(acme, '127.0.0.1'),
    );
    const sockets = createServer((req, res) => res.end(`signaling ${req.url}`)).listen(signaling, '127.0.0.1');
    sockets.on('upgrade', (_req, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    servers.push(sockets);
    const tls = shop.own('tls');
    judge('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=tallow'],
      ...['-keyout', join(tls, 'tls.key'), '-out', join(tls, 'tls.crt')],
    ]);
    chmodSync(join(tls, 'tls.key'), 0o644);
    const rendered = text(at(objectNamed(tallow, 'ConfigMap', 'tallow-nginx-config'), 'data', 'nginx.conf')) ?? '';
    const here = rendered
      .replaceAll('/tmp/', `${shop.own('nginx')}/`)
      .replaceAll('/etc/nginx/tls', tls)
      .replaceAll('listen 8080', `listen 127.0.0.1:${http}`)
      .replaceAll('listen 8443', `listen 127.0.0.1:${https}`)
      .replace('server tallow-app:3000', `server 127.0.0.1:${app}`)
      .replace('server tallow-signaling:3001', `server 127.0.0.1:${signaling}`)
      .replace('server tallow-nginx-acme:8089', `server 127.0.0.1:${acme}`)
      .replace('access_log /dev/stdout json', `access_log ${shop.own('nginx')}/access.log json`)
      .replace('error_log stderr', `error_log ${shop.own('nginx')}/error.log`);
    const file = join(shop.folder, 'nginx.conf');
    writeFileSync(file, here);
    expect(shop.run('nginx', ['-t', '-c', file, '-e', 'stderr'])).toMatchObject({ status: 0 });
    start(file);
    ports = { http: http ?? 0, https: https ?? 0 };
    await eventually('nginx answers', 20, async () => (await ask('/')).status === 200 || undefined);
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  function ask(path: string, headers: Record<string, string> = {}, more: object = {}): Promise<Answer> {
    const tls = { port: ports.https, servername: HOST, rejectUnauthorized: false };
    return answer(request, path, { Host: HOST, ...headers }, { ...tls, ...more });
  }
  function askPlainly(path: string, host: string): Promise<Answer> {
    return answer(plainRequest, path, { Host: host }, { port: ports.http });
  }
  function answer(ask: typeof request, path: string, headers: Record<string, string>, more: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = ask({ host: '127.0.0.1', path, headers, agent: false, ...more }, (res) => {
        let body = '';
        res.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body }));
      });
      asking.on('upgrade', (res, socket) => {
        socket.destroy();
        resolve({ status: res.statusCode, headers: res.headers, body: '' });
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  test('TLW-37, TLW-63 every answer has the security headers, and an id for those who trace it', async () => {
    const { headers } = await ask('/');
    expect(headers['strict-transport-security']).toMatch(/max-age=31536000/);
    expect(headers['content-security-policy']).toMatch(/default-src 'self'/);
    expect(headers['x-xss-protection']).toBe('1; mode=block');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.server).toBe('nginx');
  });

  test('TLW-33 it speaks TLS 1.2 and 1.3, and nothing older', async () => {
    await expect(ask('/', {}, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).resolves.toMatchObject({
      status: 200,
    });
    await expect(ask('/', {}, { minVersion: 'TLSv1.3' })).resolves.toMatchObject({ status: 200 });
    await expect(
      ask('/', {}, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    ).rejects.toThrow();
  });

  test('TLW-38 texts are compressed', async () => {
    expect((await ask('/', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
  });

  test('TLW-35 static files are asked for once, and browsers keep them', async () => {
    const path = '/_next/static/chunk.js';
    const [first, second] = [await ask(path), await ask(path)];
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
    expect(second.headers['cache-control']).toBe('max-age=604800');
    expect(asked.filter((p) => p === path)).toHaveLength(1);
  });

  test('what one person is answered is not what the next one gets, whatever the path ends in', async () => {
    const path = '/api/files/private.png';
    const mine = await ask(path, { cookie: 'session=alice' });
    expect(mine.body).toMatch(/^app of alice/);
    const theirs = await ask(path);
    expect(theirs.body).toMatch(/^app of nobody/);
    expect(theirs.headers['set-cookie']).toEqual(['session=nobody-renewed']);
    expect(theirs.headers['x-cache']).toBeUndefined();
  });

  test('what is kept for everybody was made for nobody: the program sees no cookie', async () => {
    const path = '/_next/static/of-somebody.js';
    await ask(path, { cookie: 'session=alice', authorization: 'Bearer x' });
    const kept = await ask(path);
    expect(kept.headers['x-cache']).toBe('HIT');
    expect(kept.body).toMatch(/^app of nobody/);
  });

  test.each(['personal.js', 'fresh.js'])(
    'an answer that names its reader or says no-store is not kept: %s',
    async (file) => {
      const path = `/_next/static/${file}`;
      const all = [await ask(path), await ask(path)];
      expect(all.map(({ headers }) => headers['x-cache'])).toEqual(['MISS', 'MISS']);
      expect(all[1]?.headers['cache-control']).not.toBe('max-age=604800');
    },
  );

  test.each([
    ['/socket.io/socket.io.js', 'signaling /socket.io/socket.io.js'],
    ['/socket.io', 'signaling /socket.io'],
    ['/socket.iox/a.js', 'app of nobody'],
    ['/picture.png', 'app of nobody'],
  ])('%s goes to %s', async (path, whose) => {
    expect((await ask(path)).body).toMatch(new RegExp(`^${whose}`));
  });

  test.each([
    '/api/metrics',
    '/api/metrics/',
    '//api//metrics',
    '/api/%6detrics',
    '/api/metrics?x=1',
    '/api/./metrics',
  ])('metrics are not for the internet: %s', async (path) => expect((await ask(path)).status).toBe(404));

  test('a name that is not its own gets no certificate, no answer and no redirect', async () => {
    await expect(ask('/', { Host: 'evil.org' }, { servername: 'evil.org' })).rejects.toThrow();
    expect((await ask('/', { Host: 'evil.org' })).status).toBe(421);
    expect((await askPlainly('/', 'evil.org')).status).toBe(421);
    expect((await ask('/', { 'X-Forwarded-Host': 'evil.org' })).body).toMatch(`at ${HOST}, ${HOST}:`);
  });

  test('plain HTTP is sent to the host that is configured', async () => {
    const { status, headers } = await askPlainly('/a?b=c', HOST.toUpperCase());
    expect([status, headers.location]).toEqual([308, `https://${HOST}/a?b=c`]);
  });

  test('the kubelet, which asks by address, is answered', async () => {
    expect((await askPlainly('/healthz', '10.1.2.3:8080')).status).toBe(200);
  });

  test('who issues the certificate reaches the pod that answers for it', async () => {
    expect((await askPlainly('/.well-known/acme-challenge/token', HOST)).body).toBe('challenge');
  });

  test('TLW-36 a WebSocket gets through to the signaling server', async () => {
    expect((await ask('/socket.io/', { connection: 'Upgrade', upgrade: 'websocket' })).status).toBe(101);
  });

  test('TLW-34 more than its rate from one address is answered 429', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => ask('/')));
    const statuses = new Set(all.map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 429]));
  });

  test('TLW-41 its log is JSON, a line a request', () => {
    const lines = readFileSync(join(shop.folder, 'nginx', 'access.log'), 'utf8')
      .trim()
      .split('\n');
    const parsed: unknown[] = lines.map((line) => JSON.parse(line));
    expect(parsed.at(-1)).toMatchObject({ method: 'GET', status: expect.any(Number), request_id: expect.any(String) });
  });
});

test('nginx serves a site: unknown paths are its page, what is below /assets/ never changes', async () => {
  const objects = objectsOf(systemGraph('ticolops', 'dev'));
  const [port, html] = [await freePort(), shop.own('html')];
  mkdirSync(join(html, 'assets'), { recursive: true });
  writeFileSync(join(html, 'index.html'), 'the page');
  writeFileSync(join(html, 'assets', 'a.js'), 'x');
  const rendered = text(at(objectNamed(objects, 'ConfigMap', 'ticolops-site-config'), 'data', 'nginx.conf')) ?? '';
  const folder = shop.own('site');
  const file = join(shop.folder, 'site.conf');
  writeFileSync(
    file,
    rendered
      .replaceAll('/tmp/', `${folder}/`)
      .replace('/usr/share/nginx/html', html)
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
      .replace('access_log /dev/stdout json', `access_log ${folder}/access.log json`)
      .replace('error_log stderr', `error_log ${folder}/error.log`),
  );
  start(file);
  const site = `http://127.0.0.1:${port}`;
  await eventually('the site answers', 20, async () => (await fetch(`${site}/healthz`)).ok || undefined);
  const page = await fetch(`${site}/some/route`);
  expect(await page.text()).toBe('the page');
  expect(page.headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
  expect((await fetch(`${site}/assets/a.js`)).headers.get('cache-control')).toMatch(/immutable/);
  expect((await fetch(`${site}/assets/b.js`)).status).toBe(404);
});

/** The seed is fixed: what failed once fails again. */
const texts = fc.sample(
  fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z"'\\;{}#$ \n]{0,12}$/)),
  { numRuns: 400, seed: 7 },
);

test('a header is what was written, or is refused: no text of another language gets into nginx', async () => {
  const port = await freePort();
  const held: Record<string, string> = {};
  texts.forEach((value, i) => {
    if (nginxConfig({ headers: { X: value }, requestsPerSecond: 1, root: '/' }).problems.length === 0)
      held[`X-${i}`] = value;
  });
  expect(Object.keys(held).length).toBeGreaterThan(100);
  const folder = shop.own('fuzz');
  const file = join(shop.folder, 'fuzz.conf');
  writeFileSync(
    file,
    nginxConfig({ headers: held, requestsPerSecond: 100, root: folder, fallback: '/nothing' })
      .text.replaceAll('/tmp/', `${folder}/`)
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
      .replace('access_log /dev/stdout json', `access_log ${folder}/access.log json`)
      .replace('error_log stderr', `error_log ${folder}/error.log`),
  );
  expect(shop.run('nginx', ['-t', '-c', file, '-e', 'stderr'])).toMatchObject({ status: 0 });
  start(file);
  const answered = await eventually('nginx answers', 20, () =>
    fetch(`http://127.0.0.1:${port}/`).catch(() => undefined),
  );
  const got = Object.entries(held).map(([name]) => [
    name,
    Buffer.from(answered.headers.get(name) ?? '', 'latin1')
      .toString('utf8')
      .trim(),
  ]);
  expect(Object.fromEntries(got)).toEqual(Object.fromEntries(Object.entries(held).map(([n, v]) => [n, v.trim()])));
});

test('a path is a location of its own, or is refused', () => {
  const taken = texts
    .map((value) => `/${value}`)
    .concat('/a;{', '/a/../b', '/a//b', '/.', '/a/./b', '/ok', '/a b')
    .filter((path) => nginxConfig({ ...NOTHING, routes: [{ path, upstream: 'a:1' }] }).problems.length === 0);
  expect(taken).toContain('/ok');
  const routes = [...new Set(taken.map((path) => path.replace(/\/$/, '')))].map((path) => ({ path, upstream: 'a:1' }));
  const file = join(shop.folder, 'paths.conf');
  const { text } = nginxConfig({ ...NOTHING, routes });
  writeFileSync(
    file,
    text
      .replaceAll('/tmp/', `${shop.own('paths')}/`)
      .replace('server a:1', 'server 127.0.0.1:1')
      .replace('/dev/stdout', '/dev/null'),
  );
  expect(shop.run('nginx', ['-t', '-c', file, '-e', 'stderr']).output).toMatch(/test is successful/);
  expect(taken.filter((path) => /[;{}\s"'$\\]|\.\.|\/\//.test(path))).toEqual([]);
});
const NOTHING = { headers: {}, requestsPerSecond: 1 };
