import { App, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { connect, expose, fromOutput, Gateway, injectExisting, Postgres, Redis, System, url } from '../../constructs';
import { buildGraph } from '../../graph/build';
import { at, list } from '../../graph/json-value';
import { type Composed, type ComposeOptions, composeOf } from '../../plan/compose';
import { withDoor } from '../support/front-doors';
import { graphOf } from '../support/offline';

const IMAGE = 'ghcr.io/acme/api:1.0.0';

function shop(build: (system: System) => void, options: Partial<ComposeOptions> = {}, laptopPorts = 0): Composed {
  const graph = graphOf((app: Construct) => build(new System(app, 'shop', { namespace: 'shop', laptopPorts })));
  return composeOf(graph, 'shop', { variant: 'laptop', ...options });
}

const service = (of: Composed, name: string): unknown => of.file.services[name];
const ports = (of: Composed, name: string) => list(at(service(of, name), 'ports'));

/** A workload of plain Kubernetes, as somebody has it who came with YAML. */
function plain(system: System, name: string, pod: Partial<k8s.PodSpec>, container: Partial<k8s.Container> = {}): void {
  const labels = { app: name };
  new k8s.KubeDeployment(system, name, {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: IMAGE, ...container }], ...pod } },
    },
  });
}

function serviceOf(system: System, name: string, port: number, targetPort: number, type = 'ClusterIP'): void {
  new k8s.KubeService(system, `${name}-service`, {
    metadata: { name },
    spec: { type, selector: { app: name }, ports: [{ port, targetPort: k8s.IntOrString.fromNumber(targetPort) }] },
  });
}

test('a Service’s targetPort is where its port leads to, and callers are told the container’s', () => {
  const composed = shop((system) => {
    plain(system, 'web', {});
    serviceOf(system, 'web', 80, 8080);
    plain(system, 'api', {}, { env: [{ name: 'WEB', value: 'http://web.shop.svc:80/x' }] });
  });
  expect(ports(composed, 'web')).toEqual(['127.0.0.1:80:8080']);
  expect(at(service(composed, 'api'), 'environment', 'WEB')).toBe('http://web.shop.svc:8080/x');
  expect(at(service(composed, 'web'), 'networks', 'default', 'aliases')).toContain('web.shop.svc');
});

test('two parts that ask for one port of the laptop get two; browsers open each', () => {
  const composed = shop((system) => {
    for (const name of ['a', 'b', 'c']) {
      plain(system, name, {});
      serviceOf(system, name, 5999, 5999);
    }
  });
  expect(['a', 'b', 'c'].map((name) => ports(composed, name)[0])).toEqual([
    '127.0.0.1:5999:5999',
    '127.0.0.1:6001:5999',
    '127.0.0.1:6002:5999',
  ]);
});

test('a system adds to its ports what it says', () => {
  const composed = shop((system) => new Gateway(system, 'api', { image: IMAGE, port: 3000 }), {}, 100);
  expect(ports(composed, 'shop-api')).toEqual(['127.0.0.1:3100:3000']);
});

test('init containers run before, companions share the network, and neither vanishes', () => {
  const composed = shop((system) =>
    plain(system, 'api', {
      initContainers: [{ name: 'seed', image: 'docker.io/library/busybox:1.37.0', command: ['true'] }],
      containers: [
        { name: 'main', image: IMAGE },
        { name: 'proxy', image: 'ghcr.io/acme/proxy:1.0.0' },
      ],
    }),
  );
  expect(at(service(composed, 'api'), 'depends_on', 'api-seed', 'condition')).toBe('service_completed_successfully');
  expect(service(composed, 'api-seed')).toMatchObject({ restart: 'no', entrypoint: ['true'] });
  expect(at(service(composed, 'api-proxy'), 'network_mode')).toBe('service:api');
});

test('envFrom, $(NAME) and $$ are what Kubernetes means', () => {
  const composed = shop((system) => {
    new k8s.KubeConfigMap(system, 'settings', { metadata: { name: 'settings' }, data: { COLOUR: 'blue $(X)' } });
    new k8s.KubeSecret(system, 'keys', {
      metadata: { name: 'keys' },
      data: { TOKEN: Buffer.from('t').toString('base64') },
    });
    plain(
      system,
      'api',
      {},
      {
        envFrom: [{ configMapRef: { name: 'settings' }, prefix: 'P_' }, { secretRef: { name: 'keys' } }],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '$(A)-$(NONE)-$$(A)-$HOME' },
        ],
        args: ['--token=$(TOKEN)', '--b=$(B)'],
      },
    );
  });
  expect(at(service(composed, 'api'), 'environment')).toEqual({
    P_COLOUR: 'blue $$(X)',
    TOKEN: '${KEYS__TOKEN}',
    A: '1',
    B: '1-$$(NONE)-$$(A)-$$HOME',
  });
  expect(at(service(composed, 'api'), 'command')).toEqual(['--token=${KEYS__TOKEN}', '--b=1-$$(NONE)-$$(A)-$$HOME']);
  expect(composed.env.KEYS__TOKEN?.text).toBe('t');
});

test('values of clouds and of other programs are missing, and never made up', () => {
  const output = Object.assign(Promise.resolve(''), { __pulumiOutput: true });
  const composed = shop((system) => {
    const api = new Gateway(system, 'api', { image: IMAGE, port: 3000, env: { BUCKET: fromOutput(output) } });
    injectExisting(api, 'STRIPE', { name: 'stripe', key: 'key' });
  });
  expect(composed.env.SHOP_API__BUCKET).toEqual({ text: '', missing: ['a Pulumi Output'], optional: false });
  expect(composed.env.STRIPE__KEY).toEqual({ text: '', missing: ['Secret stripe, key key'], optional: false });
  expect(at(service(composed, 'shop-api'), 'environment')).toMatchObject({
    BUCKET: '${SHOP_API__BUCKET}',
    STRIPE: '${STRIPE__KEY}',
  });
});

test('what is in another system, and a name that is in two namespaces, is told', () => {
  const graph = graphOf((app: Construct) => {
    const [one, two] = ['one', 'two'].map((name) => new System(app, name, { namespace: name }));
    if (one === undefined || two === undefined) throw new Error('two');
    const api = new Gateway(one, 'api', { image: IMAGE, port: 3000 });
    connect(api, new Gateway(two, 'api', { image: IMAGE, port: 3000 }));
    plain(one, 'web', {});
    serviceOf(one, 'web', 3000, 3000);
    new k8s.KubeService(one, 'other', {
      metadata: { name: 'web', namespace: 'elsewhere' },
      spec: { selector: { app: 'x' } },
    });
  });
  const composed = composeOf(graph, 'one', { variant: 'laptop' });
  expect(composed.leftOut.slice(-2)).toEqual([
    'two/api, which one/api asks: it is in another system',
    'the short name web, which is in two namespaces (web.NAMESPACE.svc works)',
  ]);
  expect(at(service(composed, 'web'), 'networks', 'default', 'aliases')).toEqual([
    'web.one',
    'web.one.svc',
    'web.one.svc.cluster.local',
  ]);
});

test('what stood in .env is what others are composed of', () => {
  const database = (system: System) => {
    const postgres = new Postgres(system, 'postgres', { database: 'shop' });
    connect(new Gateway(system, 'api', { image: IMAGE, port: 3000 }), postgres, { env: { DATABASE_URL: url() } });
  };
  const kept = { SHOP_POSTGRES_AUTH__PASSWORD: 'mine/and yours' };
  const composed = shop(database, { kept });
  expect(composed.env.SHOP_API_POSTGRES__DATABASE_URL?.text).toContain('mine%2Fand%20yours@');
});

test('an image that nobody knows has no health check, and nobody waits for its health', () => {
  const both = (programs: ('node' | 'python3')[]) =>
    shop((system) => {
      const api = new Gateway(system, 'api', { image: IMAGE, port: 3000, programs });
      connect(new Gateway(system, 'web', { image: IMAGE, port: 3001 }), api);
    });
  const condition = (of: Composed) => at(service(of, 'shop-web'), 'depends_on', 'shop-api', 'condition');
  expect([at(service(both([]), 'shop-api'), 'healthcheck'), condition(both([]))]).toEqual([
    undefined,
    'service_started',
  ]);
  expect(list(at(service(both(['node']), 'shop-api'), 'healthcheck', 'test')).slice(0, 3)).toEqual([
    'CMD',
    'node',
    '-e',
  ]);
  expect(condition(both(['python3']))).toBe('service_healthy');
});

test('two that talk to each other are no circle of waiting', () => {
  const composed = shop((system) => {
    const [a, b] = ['a', 'b'].map((id) => new Gateway(system, id, { image: IMAGE, port: 3000 }));
    if (a === undefined || b === undefined) throw new Error('two');
    connect(a, b);
    connect(b, a);
  });
  const waits = ['shop-a', 'shop-b'].map((name) => Object.keys(Object(at(service(composed, name), 'depends_on'))));
  expect(waits).toEqual([['shop-b'], []]);
});

test('addresses of the world are localhost where they stand', () => {
  const composed = shop((system) => {
    const env = {
      PUBLIC_API_URL: 'https://shop.acme.org',
      SOCKET: 'wss://shop.acme.org/live',
      WEB: 'https://shop.acme.org/',
      OTHER: 'https://shop.acme.org.evil.test',
    };
    const web = new Gateway(system, 'web', { image: IMAGE, port: 3000, env });
    const api = new Gateway(system, 'api', { image: IMAGE, port: 8000 });
    expose(web, { host: 'shop.acme.org' });
    expose(api, { host: 'shop.acme.org', path: '/live' });
  });
  expect(at(service(composed, 'shop-web'), 'environment')).toEqual({
    PUBLIC_API_URL: 'http://localhost:8000',
    SOCKET: 'ws://localhost:8000/live',
    WEB: 'http://localhost:3000/',
    OTHER: 'https://shop.acme.org.evil.test',
  });
});

test('volumes of other kinds, and what the cluster fills in, are told', () => {
  const composed = shop((system) =>
    plain(
      system,
      'api',
      { volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }] },
      {
        volumeMounts: [{ name: 'logs', mountPath: '/logs' }],
        env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      },
    ),
  );
  expect(composed.leftOut).toEqual([
    'api: /logs, a volume of kind hostPath',
    'api: variable NODE, which the cluster fills in (fieldRef)',
  ]);
});

test('copies in production are for what may have several; a Redis is one', () => {
  const composed = shop(
    (system) => {
      const api = new Gateway(system, 'api', { image: IMAGE, port: 3000 });
      new Gateway(system, 'clock', { image: IMAGE, port: 3001, scale: { exactlyOneBecause: 'it rings' } });
      connect(api, new Redis(system, 'redis', { keeps: Size.gibibytes(1) }), { env: { REDIS_URL: url() } });
      expose(api, { host: 'shop.acme.org' });
    },
    { variant: 'production' },
  );
  const copies = ['shop-api', 'shop-clock', 'shop-redis'].map((name) =>
    at(service(composed, name), 'deploy', 'replicas'),
  );
  expect(copies).toEqual([2, undefined, undefined]);
  expect(['shop-api', 'shop-clock', 'shop-redis'].flatMap((name) => ports(composed, name))).toEqual([]);
  expect(ports(composed, 'front-door')).toEqual(['80:8080', '443:8443']);
});

test('what the front door shows to nobody, that of production shows to nobody', () => {
  const composed = shop(
    (system) => {
      expose(new Gateway(system, 'api', { image: IMAGE, port: 3000 }), { host: 'shop.acme.org' });
    },
    { variant: 'production' },
  );
  const file = composed.files['mounted/configs/front-door'];
  expect(at(file, 'text')).toContain('location = /metrics { return 404; }\n    location /metrics/ { return 404; }');
});

test.each(['ingress', 'gateway'] as const)('the front door of production is that of the model: %s', (door) => {
  const app = new App();
  const system = new System(app, 'shop', { namespace: 'shop', platform: withDoor(door) });
  const api = new Gateway(system, 'api', { image: IMAGE, port: 3000 });
  expose(api, {
    ...{ host: 'shop.acme.org', path: '/api', rewrite: '/', requestsPerSecond: 7, allow: ['203.0.113.0/24'] },
    ...{ largestBody: Size.mebibytes(5), headers: { 'X-Frame-Options': 'DENY' } },
  });
  const composed = composeOf(buildGraph(app), 'shop', { variant: 'production' });
  const file = String(at(composed.files['mounted/configs/front-door'], 'text'));
  expect(composed.problems).toEqual([]);
  for (const line of [
    ...['server_name shop.acme.org;', 'ssl_certificate /etc/nginx/tls/shop-tls/tls.crt;', 'location /api/ {'],
    ...[
      'limit_req zone=rate7 burst=35 nodelay;',
      'allow 203.0.113.0/24;\n      deny all;',
      'client_max_body_size 5120k;',
    ],
    ...['add_header X-Frame-Options "DENY" always;', 'proxy_pass http://shop_api_3000/;'],
    'location = /api/metrics { return 404; }',
  ]) {
    expect(file).toContain(line);
  }
});

test('what the front door of one machine does not have is told, and not dropped', () => {
  const composed = shop(
    (system) => {
      const api = new Gateway(system, 'api', { image: IMAGE, port: 3000 });
      expose(api, { host: 'shop.acme.org', cors: { origins: ['https://acme.org'] } });
    },
    { variant: 'production' },
  );
  expect(composed.problems.map((p) => p.code)).toEqual(['SW-COMPOSE-006']);
});

test('on a laptop a part is asked for what it would see behind the front door', () => {
  const composed = shop((system) => {
    const web = new Gateway(system, 'web', {
      image: IMAGE,
      port: 3000,
      env: { API: 'https://shop.acme.org/api/users' },
    });
    const api = new Gateway(system, 'api', { image: IMAGE, port: 8000 });
    expose(web, { host: 'shop.acme.org' });
    expose(api, { host: 'shop.acme.org', path: '/api', rewrite: '/' });
  });
  expect(at(service(composed, 'shop-web'), 'environment', 'API')).toBe('http://localhost:8000/users');
});

test('what would mean something else to nginx is refused', () => {
  const composed = shop(
    (system) => {
      const api = new Gateway(system, 'api', { image: IMAGE, port: 3000 });
      expose(api, { host: 'shop.acme.org', path: '/a { return 200; }' });
    },
    { variant: 'production' },
  );
  expect(composed.problems.map((p) => [p.code, p.fix !== undefined])).toEqual([['SW-COMPOSE-004', true]]);
});

test('two Secrets whose names become one variable are two', () => {
  const composed = shop((system) => {
    for (const name of ['a-b', 'a.b']) {
      new k8s.KubeSecret(system, name, { metadata: { name }, data: { k: Buffer.from(name).toString('base64') } });
    }
    const env = ['a-b', 'a.b'].map((name, i) => ({ name: `V${i}`, valueFrom: { secretKeyRef: { name, key: 'k' } } }));
    plain(system, 'api', {}, { env });
  });
  const read = (name: string) =>
    composed.env[String(at(service(composed, 'api'), 'environment', name)).slice(2, -1)]?.text;
  expect([read('V0'), read('V1')]).toEqual(['a-b', 'a.b']);
});

test('room that is a volume of the pod’s own is a volume of the project, and is not left out', () => {
  const composed = shop((system) => {
    const scratch = [{ folder: '/app/data', size: Size.gibibytes(10) }];
    new Gateway(system, 'api', { image: IMAGE, port: 8080, scratch });
  });
  expect(JSON.stringify(at(service(composed, 'shop-api'), 'volumes'))).toContain('/app/data');
  expect(JSON.stringify(composed)).not.toContain('of kind ephemeral');
});
