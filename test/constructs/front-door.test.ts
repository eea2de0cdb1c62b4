import { Duration } from 'cdk8s';
import { expose, Gateway, type HttpServiceProps, System } from '../../constructs';
import { at, list } from '../../graph/json-value';
import { Look } from '../support/look';
import { graphOf } from '../support/offline';
import { FIVE, systemGraph } from '../support/systems';

const host = 'shop.acme.org';
const image = 'ghcr.io/acme/api:1.0.0';

function shop(build: (s: System) => void): Look {
  return new Look(graphOf((app) => build(new System(app, 'shop', { namespace: 'shop' }))));
}
const api = (s: System, metrics?: NonNullable<HttpServiceProps['metrics']>) =>
  new Gateway(s, 'api', { image, port: 8080, ...(metrics === undefined ? {} : { metrics }) });

/** Where each path of all Ingresses leads. */
function routes(look: Look): Record<string, unknown> {
  const rules = look.kinds('Ingress').flatMap(({ inputs }) => list(at(inputs, 'spec', 'rules')));
  const paths = rules.flatMap((rule) => list(at(rule, 'http', 'paths')));
  return Object.fromEntries(paths.map((p) => [String(at(p, 'path')), at(p, 'backend', 'service', 'name')]));
}

test('metrics on the port of the service are closed to the world', () => {
  const look = shop((s) => expose(api(s), { host }));
  expect(routes(look)).toEqual({ '/metrics': 'shop-closed', '/': 'shop-api' });
});

test('what is closed leads to no pod', () => {
  const look = shop((s) => expose(api(s), { host }));
  expect(look.spec('Service', 'shop-closed', 'selector')).toBeUndefined();
});

test.each<[string, (s: System) => void]>([
  ['on a port of their own', (s) => expose(api(s, { port: 9090 }), { host })],
  ['on no path that the route has', (s) => expose(api(s), { host, path: '/api' })],
  ['not there', (s) => expose(api(s, false), { host })],
])('nothing is closed where metrics are %s', (_name, build) => {
  expect(Object.values(routes(shop(build)))).toEqual(['shop-api']);
});

test.each([
  ['first', 1],
  ['last', 0],
])('who routes the path on purpose has it, whoever comes %s', (_who, first) => {
  const look = shop((s) => {
    const both = [
      () => expose(api(s), { host }),
      () => expose(new Gateway(s, 'statistics', { image, port: 80, metrics: false }), { host, path: '/metrics' }),
    ];
    for (const i of [first, 1 - first]) both[i]?.();
  });
  expect(routes(look)).toEqual({ '/metrics': 'shop-statistics', '/': 'shop-api' });
});

test('the preview says what is closed', () => {
  const look = shop((s) => expose(api(s), { host, silence: Duration.seconds(60) }));
  expect(look.graph.connections.find((c) => c.from === 'internet')?.facts).toContain('closed: /metrics');
});

/** Paths of an Ingress lead to a Service; the path that Prometheus reads of its pods must not be among what they show. */
test.each(FIVE)('no metrics of %s are on the internet', (system) => {
  const look = new Look(systemGraph(system, 'prod'));
  const read = look.kinds('ServiceMonitor').flatMap(({ inputs }) =>
    list(at(inputs, 'spec', 'endpoints')).map((endpoint) => ({
      app: at(inputs, 'spec', 'selector', 'matchLabels', 'app'),
      port: at(endpoint, 'port'),
      path: String(at(endpoint, 'path')),
    })),
  );
  const paths = look.kinds('Ingress').flatMap(({ inputs }) =>
    list(at(inputs, 'spec', 'rules')).flatMap((rule) =>
      list(at(rule, 'http', 'paths')).map((p) => ({
        host: at(rule, 'host'),
        path: String(at(p, 'path')),
        to: at(p, 'backend', 'service', 'name'),
      })),
    ),
  );
  const isClosed = (host: unknown, path: string) =>
    paths.some((p) => p.host === host && p.path === path && p.to === `${system}-closed`);
  const shown = paths.flatMap((p) =>
    read.filter((r) => r.app === p.to && r.port === 'http' && r.path.startsWith(p.path) && !isClosed(p.host, r.path)),
  );
  expect(read.length).toBeGreaterThan(0);
  expect(shown).toEqual([]);
});
