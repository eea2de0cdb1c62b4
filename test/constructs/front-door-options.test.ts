import { Size } from 'cdk8s';
import { expose, exposePort, FRONT_DOORS, Gateway, SECURITY_HEADERS, Signaling, type System } from '../../constructs';
import { STICKY } from '../../constructs/network/front-door/ingress-annotations';
import { type Feature, IGNORED_BY_TRAEFIK, SUPPORTS } from '../../constructs/network/front-door/supports';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { ASKED, type Door, everything, HOST, withDoor } from '../support/front-doors';
import { Look } from '../support/look';
import { api, shop } from '../support/shop';

const behind = (door: Door, build: (s: System) => void) => new Look(shop(build, withDoor(door)));
const errorsBehind = (door: Door, build: (s: System) => void) =>
  soundness(behind(door, build).graph, { kubernetesVersion: '1.35', environment: 'dev' }).filter(
    (p) => p.severity === 'error',
  );
const NGINX = 'nginx.ingress.kubernetes.io/';
const annotation = (name: string) => (look: Look) => {
  const [ingress] = look.kinds('Ingress');
  return at(ingress?.inputs, 'metadata', 'annotations', NGINX + name);
};
const spec =
  (kind: string, name: string, ...path: (string | number)[]) =>
  (look: Look) =>
    look.spec(kind, name, ...path);
const rule = (n: number, ...path: (string | number)[]) => spec('HTTPRoute', 'shop-api', 'rules', n, ...path);

const second = (s: System) => new Gateway(s, 'second', { image: 'ghcr.io/acme/b:1.0.0', port: 80, metrics: false });

type Case = readonly [see: (look: Look) => unknown, expected: unknown];

/** What each option is in the objects of a renderer; of those that it does not support there is none. */
const RENDERED: Readonly<Record<'ingress' | 'gateway', Readonly<Partial<Record<Feature, Case>>>>> = {
  ingress: {
    host: [(look) => list(look.spec('Ingress', 'shop', 'rules')).map((r) => at(r, 'host')), [HOST, '*.acme.net']],
    path: [spec('Ingress', 'shop', 'rules', 0, 'http', 'paths', 0, 'path'), '/api'],
    ingress: [(look) => look.names('Ingress'), ['shop-api']],
    tlsSecret: [spec('Ingress', 'shop', 'tls', 0, 'secretName'), 'wildcard'],
    'plainHttp served': [annotation('ssl-redirect'), 'false'],
    'speaks grpc': [annotation('backend-protocol'), 'GRPC'],
    requestsPerSecond: [annotation('limit-rps'), '7'],
    silence: [annotation('proxy-read-timeout'), '300'],
    connectWithin: [annotation('proxy-connect-timeout'), '3'],
    streams: [annotation('proxy-buffering'), 'off'],
    largestBody: [annotation('proxy-body-size'), '20480k'],
    rewrite: [
      (look) => [
        annotation('use-regex')(look),
        annotation('rewrite-target')(look),
        list(look.spec('Ingress', 'shop', 'rules', 0, 'http', 'paths')).map((p) => at(p, 'path')),
      ],
      ['true', '/$2', ['/api(/|$)(.*)', '/api/metrics(/|$)(.*)']],
    ],
    allow: [annotation('whitelist-source-range'), '203.0.113.0/24,2001:db8::/32'],
    'auth by part': [annotation('auth-url'), 'http://shop-login.shop.svc.cluster.local:9000/verify'],
    'auth by url': [annotation('auth-response-headers'), 'X-User'],
    'auth with signIn': [annotation('auth-signin'), 'https://login.acme.org/start'],
    'auth by password': [annotation('auth-secret'), 'operators'],
    cors: [annotation('cors-allow-origin'), 'https://*.acme.org'],
    headers: [(look) => look.data('ConfigMap', 'shop-headers'), { 'X-Frame-Options': 'DENY' }],
  },
  gateway: {
    host: [
      (look) => list(look.spec('Gateway', 'shop', 'listeners')).map((l) => [at(l, 'name'), at(l, 'hostname')]),
      [
        ['http', undefined],
        ['https', HOST],
        ['https-2', '*.acme.net'],
      ],
    ],
    path: [spec('HTTPRoute', 'shop-api-api', 'rules', 0, 'matches', 0, 'path', 'value'), '/api'],
    ingress: [(look) => look.names('Gateway'), ['shop']],
    tlsSecret: [spec('Gateway', 'shop', 'listeners', 1, 'tls', 'certificateRefs', 0, 'name'), 'wildcard'],
    'tls by part': [spec('Gateway', 'shop', 'listeners', 1, 'tls'), { mode: 'Passthrough' }],
    'plainHttp served': [
      (look) => list(look.spec('HTTPRoute', 'shop-api', 'parentRefs')).map((p) => at(p, 'sectionName')),
      ['https', 'http'],
    ],
    'speaks grpc': [spec('GRPCRoute', 'shop-api', 'rules', 0, 'backendRefs', 0, 'port'), 8080],
    requestsPerSecond: [
      (look) =>
        list(look.spec('BackendTrafficPolicy', 'shop-api', 'rateLimit', 'local', 'rules')).map((r) => [
          at(r, 'clientSelectors', 0, 'sourceCIDR'),
          at(r, 'limit'),
        ]),
      ['0.0.0.0/0', '::/0'].flatMap((value) => [
        [
          { type: 'Distinct', value },
          { requests: 35, unit: 'Second' },
        ],
        [
          { type: 'Distinct', value },
          { requests: 420, unit: 'Minute' },
        ],
      ]),
    ],
    silence: [spec('BackendTrafficPolicy', 'shop-api', 'timeout', 'http', 'streamIdleTimeout'), '300s'],
    connectWithin: [spec('BackendTrafficPolicy', 'shop-api', 'timeout', 'tcp', 'connectTimeout'), '3s'],
    answerWithin: [spec('BackendTrafficPolicy', 'shop-api', 'timeout', 'http', 'requestTimeout'), '30s'],
    streams: [spec('BackendTrafficPolicy', 'shop-api', 'requestBuffer'), undefined],
    largestBody: [
      (look) => [
        look.spec('BackendTrafficPolicy', 'shop-api', 'requestBuffer', 'limit'),
        look.spec('ClientTrafficPolicy', 'shop', 'connection', 'bufferLimit'),
      ],
      ['20480Ki', '20480Ki'],
    ],
    rewrite: [
      spec('HTTPRoute', 'shop-api-api', 'rules', 1, 'filters', 0, 'urlRewrite', 'path'),
      { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' },
    ],
    allow: [
      spec('SecurityPolicy', 'shop-api', 'authorization'),
      {
        defaultAction: 'Deny',
        rules: [{ action: 'Allow', principal: { clientCIDRs: ['203.0.113.0/24', '2001:db8::/32'] } }],
      },
    ],
    'auth by part': [
      spec('SecurityPolicy', 'shop-api', 'extAuth', 'http'),
      { backendRefs: [{ name: 'shop-login', port: 9000 }], pathOverride: '/verify', headersToBackend: ['X-User'] },
    ],
    'auth by password': [spec('SecurityPolicy', 'shop-api', 'basicAuth', 'users', 'name'), 'operators'],
    cors: [
      spec('SecurityPolicy', 'shop-api', 'cors'),
      {
        allowOrigins: ['https://*.acme.org'],
        allowMethods: ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'],
        allowHeaders: ['Content-Type', 'Authorization'],
        allowCredentials: true,
        maxAge: '7200s',
      },
    ],
    cached: [
      rule(1, 'filters', 0, 'responseHeaderModifier', 'set'),
      [{ name: 'Cache-Control', value: 'public, max-age=31536000, immutable' }],
    ],
    headers: [rule(1, 'filters', 0, 'responseHeaderModifier', 'set'), [{ name: 'X-Frame-Options', value: 'DENY' }]],
    exposePort: [
      (look) => [
        look.spec('Gateway', 'shop', 'listeners', 0, 'protocol'),
        look.spec('TCPRoute', 'shop-api-tcp-993', 'rules', 0, 'backendRefs', 0),
        look.opens('shop-tcp-993', 'ingress', 10_993),
        look.opens('api-tcp-993-from-front-door', 'ingress', 8080),
      ],
      ['TCP', { name: 'shop-api', port: 8080 }, true, true],
    ],
  },
};

const CASES = (['ingress', 'gateway'] as const).flatMap((door) =>
  Object.entries(ASKED).map(([feature, build]) => [door, feature, build] as const),
);

test.each(CASES)('%s: %s is rendered, or refused by name', (door, feature, build) => {
  const [, support] = Object.entries(SUPPORTS[door]).find(([name]) => name === feature) ?? [];
  const errors = errorsBehind(door, build);
  if (support === undefined || 'not' in support) {
    expect(errors.map((p) => p.code)).toContain('SW-EXPOSE-008');
    expect(errors.map((p) => p.what).join()).toContain(`"${feature}"`);
    return;
  }
  const [, found] = Object.entries(RENDERED[door]).find(([name]) => name === feature) ?? [];
  const look = behind(door, build);
  expect(found?.[0](look)).toEqual(found?.[1]);
  expect(errors).toEqual([]);
});

test('what everything asks for is in one system without a problem', () => {
  expect(errorsBehind('gateway', everything)).toEqual([]);
});

test('each host has one Certificate, and each Secret one owner', () => {
  const look = behind('gateway', everything);
  const made = look
    .kinds('Certificate')
    .map(({ inputs }) => [at(inputs, 'spec', 'secretName'), at(inputs, 'spec', 'dnsNames', 0)]);
  expect(made).toEqual([
    ['shop-tls', HOST],
    ['shop-tls-2', '*.acme.net'],
    ['rpc-tls', 'rpc.acme.org'],
    ['shop-tls-3', 'plain.acme.org'],
  ]);
});

test('a certificate says which Gateway answers its challenge', () => {
  const look = behind('gateway', (s) => expose(api(s), { host: HOST }));
  expect(look.annotations('Certificate', 'shop-tls')).toMatchObject({
    'acme.cert-manager.io/http01-parentrefkind': 'Gateway',
    'acme.cert-manager.io/http01-parentrefname': 'shop',
  });
});

test('without an issuer there is no Certificate, and nobody is asked for one', () => {
  const platform = { ...withDoor('gateway'), issuer: undefined };
  const { issuer: _, ...without } = platform;
  const look = new Look(shop((s) => expose(api(s), { host: HOST }), without));
  expect(look.names('Certificate')).toEqual([]);
});

test('HTTP is sent to HTTPS with what it carries', () => {
  const look = behind('gateway', (s) => expose(api(s), { host: HOST }));
  expect(look.spec('HTTPRoute', 'shop-to-https')).toMatchObject({
    parentRefs: [{ name: 'shop', sectionName: 'http' }],
    hostnames: [HOST],
    rules: [{ filters: [{ requestRedirect: { scheme: 'https', statusCode: 308 } }] }],
  });
});

test('closed paths are answered by the proxy itself', () => {
  const look = behind('gateway', (s) => expose(api(s), { host: HOST }));
  const filter = at(look.spec('HTTPRoute', 'shop-api', 'rules', 0, 'filters', 0), 'extensionRef', 'name');
  expect([filter, look.spec('HTTPRouteFilter', 'shop-closed', 'directResponse', 'statusCode')]).toEqual([
    'shop-closed',
    404,
  ]);
});

test.each(['ingress', 'gateway'] as const)(
  '%s: metrics of a part whose path is rewritten are closed where the world asks',
  (door) => {
    const look = behind(door, (s) => expose(api(s), { host: HOST, path: '/api', rewrite: '/' }));
    const facts = look.graph.connections.flatMap((c) => c.facts);
    expect(facts).toContain('closed: /api/metrics');
  },
);

test('WebSockets stay with their copy behind a Gateway', () => {
  const image = 'ghcr.io/acme/chat:1.0.0';
  const look = behind('gateway', (s) => expose(new Signaling(s, 'chat', { image, port: 3001 }), { host: HOST }));
  expect(look.spec('BackendTrafficPolicy', 'shop-chat')).toMatchObject({
    loadBalancer: { consistentHash: { type: 'Cookie', cookie: { name: 'seaworthy-copy', ttl: '86400s' } } },
    timeout: { http: { requestTimeout: '0s', streamIdleTimeout: '3600s' } },
  });
});

test('only the proxies of its own Gateway reach a part', () => {
  const look = behind('gateway', (s) => expose(api(s), { host: HOST }));
  expect(look.spec('NetworkPolicy', 'api-from-front-door', 'ingress', 0, 'from', 0)).toEqual({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'envoy-gateway-system' } },
    podSelector: {
      matchLabels: {
        'app.kubernetes.io/managed-by': 'envoy-gateway',
        'app.kubernetes.io/component': 'proxy',
        'gateway.envoyproxy.io/owning-gateway-name': 'shop',
        'gateway.envoyproxy.io/owning-gateway-namespace': 'shop',
      },
    },
  });
});

test('the challenge of a certificate is answered to the proxies', () => {
  const look = behind('gateway', (s) => expose(api(s), { host: HOST }));
  expect(look.opens('acme-solver-from-front-door', 'ingress', 8089)).toBe(true);
});

test.each(['ingress', 'gateway'] as const)('%s: who is asked for leave can be reached', (door) => {
  expect(behind(door, ASKED['auth by part']).opens('login-from-front-door', 'ingress', 9000)).toBe(true);
});

test.each<[string, (s: System) => void]>([
  [
    'a limit of bodies',
    (s) => {
      expose(api(s), { host: HOST, ingress: 'one', largestBody: Size.mebibytes(5) });
      expose(second(s), { host: HOST, path: '/b', ingress: 'one' });
    },
  ],
  [
    'headers',
    (s) => {
      expose(api(s), { host: HOST, ingress: 'one', headers: SECURITY_HEADERS });
      expose(second(s), { host: HOST, path: '/b', ingress: 'one', headers: { 'X-Frame-Options': 'SAMEORIGIN' } });
    },
  ],
])('%s of one route is not that of another in its Ingress without a word', (_what, build) => {
  expect(errorsBehind('ingress', build).map((p) => p.code)).toEqual(['SW-EXPOSE-002']);
});

test('a route beside a rewritten one is an expression too, and the longest path wins', () => {
  const look = behind('ingress', (s) => {
    expose(api(s), { host: HOST, path: '/api', rewrite: '/', ingress: 'rewritten' });
    expose(second(s), {
      host: HOST,
      path: '/api/v2',
    });
  });
  const paths = list(look.spec('Ingress', 'shop', 'rules', 0, 'http', 'paths')).map((p) => at(p, 'path'));
  expect([paths, look.annotations('Ingress', 'shop')[`${NGINX}use-regex`]]).toEqual([['/api/v2(/|$)(.*)'], 'true']);
});

test.each<[string, string, (s: System) => void]>([
  ['a folder outside of the path', 'SW-EXPOSE-001', (s) => expose(api(s), { host: HOST, path: '/a', cached: ['/b'] })],
  ['a rewrite without slash', 'SW-EXPOSE-001', (s) => expose(api(s), { host: HOST, path: '/a', rewrite: 'b' })],
  ['no range', 'SW-EXPOSE-009', (s) => expose(api(s), { host: HOST, allow: ['10.0.0.1'] })],
  ['nobody', 'SW-EXPOSE-009', (s) => expose(api(s), { host: HOST, allow: [] })],
  ['no URL', 'SW-EXPOSE-010', (s) => expose(api(s), { host: HOST, auth: { by: 'url', url: 'https://a.org/"; x' } })],
  ['no origin', 'SW-EXPOSE-011', (s) => expose(api(s), { host: HOST, cors: { origins: ['acme.org'] } })],
  [
    'everybody with cookies',
    'SW-EXPOSE-011',
    (s) => expose(api(s), { host: HOST, cors: { origins: ['*'], credentials: true } }),
  ],
  [
    'headers of what is not looked into',
    'SW-EXPOSE-012',
    (s) => expose(api(s), { host: HOST, tls: 'part', headers: SECURITY_HEADERS }),
  ],
  [
    'large bodies of WebSockets',
    'SW-EXPOSE-013',
    (s) =>
      expose(new Signaling(s, 'chat', { image: 'ghcr.io/acme/c:1', port: 1 }), {
        host: HOST,
        largestBody: Size.mebibytes(5),
      }),
  ],
  [
    'two ways of one host',
    'SW-EXPOSE-013',
    (s) => {
      expose(api(s), { host: HOST });
      expose(second(s), { host: HOST, path: '/b', plainHttp: 'serve' });
    },
  ],
  [
    'one route twice',
    'SW-EXPOSE-005',
    (s) => {
      expose(api(s), { host: HOST });
      expose(second(s), { host: HOST });
    },
  ],
  ['the port of HTTPS', 'SW-EXPOSE-014', (s) => exposePort(api(s), { port: 443 })],
])('%s is told as %s', (_what, code, build) => {
  expect(errorsBehind('gateway', build).map((p) => p.code)).toContain(code);
});

test('what Traefik does not read of ours is written down', () => {
  expect(Object.keys(STICKY).filter((name) => IGNORED_BY_TRAEFIK.includes(name))).toEqual(['affinity-mode']);
});

test('Traefik is let in where ingress-nginx was', () => {
  const look = behind('traefik', (s) => expose(api(s), { host: HOST }));
  expect(look.spec('Ingress', 'shop', 'ingressClassName')).toBe(FRONT_DOORS.traefik.className);
});
