import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph';
import { at, isRecord, list, text } from '../../graph/json-value';
import { ControlPlane } from '../support/control-plane';
import { everything, withDoor } from '../support/front-doors';
import { BIN, FETCHED, judge, type KubeJson, objectsOf, yamlFile } from '../support/judges';
import { type KubeClient, KubeError } from '../support/kube-client';
import { shop } from '../support/shop';
import { FIVE, platformGraph, systemGraph } from '../support/systems';

jest.setTimeout(300_000);

const GATEWAY = { 'seaworthy:frontDoor': 'gateway' };
const BEHIND: Readonly<Record<string, () => Graph>> = {
  ...Object.fromEntries(FIVE.map((system) => [system, () => systemGraph(system, 'prod', GATEWAY)])),
  'a system with every option': () => shop(everything, withDoor('gateway')),
};

const GROUPS = ['gateway.networking.k8s.io/', 'gateway.envoyproxy.io/'];
const isOfDoor = ({ apiVersion }: KubeJson) => GROUPS.some((group) => String(apiVersion).startsWith(group));

/** What the platform brings: the class, and how its proxies are. */
const PLATFORM = objectsOf(platformGraph({ 'platform:addOns': '["cert-manager","envoy-gateway"]', ...GATEWAY })).filter(
  isOfDoor,
);

/** What cert-manager writes, and who runs a system. */
function secrets(objects: readonly KubeJson[]): object[] {
  const namespace = at(
    objects.find((o) => o.kind === 'Gateway'),
    'metadata',
    'namespace',
  );
  const secret = (name: unknown, type: string, data: object) => {
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, data };
  };
  const users = Buffer.from('ada:{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=\n').toString('base64');
  const certificates = objects.filter((o) => o.kind === 'Certificate' && at(o, 'spec', 'dnsNames') !== undefined);
  return [
    ...certificates.map((o) =>
      secret(at(o, 'spec', 'secretName'), 'kubernetes.io/tls', signed(at(o, 'spec', 'dnsNames'))),
    ),
    secret('operators', 'Opaque', { '.htpasswd': users }),
  ];
}

function signed(hosts: unknown): object {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tls-'));
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const names = list(hosts).map((host) => `DNS:${String(host)}`);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=seaworthy'],
      ...['-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  const base64 = (file: string) => readFileSync(file).toString('base64');
  return { 'tls.crt': base64(cert), 'tls.key': base64(key) };
}

/** Envoy Gateway's own translator: what it says of each object, and what it would tell its proxies. */
function translated(graph: Graph): { readonly said: readonly string[]; readonly xds: string } {
  const objects = objectsOf(graph);
  const read = objects.filter((o) => isOfDoor(o) || o.kind === 'Service' || o.kind === 'Namespace');
  const file = yamlFile([...PLATFORM, ...read, ...secrets(objects)]);
  const to = ['--from', 'gateway-api', '--to', 'gateway-api,xds', '--add-missing-resources', '-o', 'json'];
  const { status, output, stdout } = judge('egctl', ['x', 'translate', ...to, '-f', file]);
  if (status !== 0) throw new Error(output.slice(0, 2000));
  const result: unknown = JSON.parse(stdout);
  const said = isRecord(result)
    ? Object.entries(result).flatMap(([kind, held]) => (kind === 'xds' ? [] : conditions(kind, held)))
    : [];
  return { said, xds: JSON.stringify(at(result, 'xds')) };
}

/** `httpRoutes talos-gateway Accepted True Route is accepted` */
function conditions(where: string, held: unknown): string[] {
  if (Array.isArray(held)) return held.flatMap((one) => conditions(where, one));
  if (!isRecord(held)) return [];
  const name = text(at(held, 'metadata', 'name'));
  const here = name === undefined ? where : `${where} ${name}`;
  const own = list(held.conditions).map((c) => {
    const [type, is, message] = ['type', 'status', 'message'].map((field) => String(at(c, field)));
    return `${here} ${type} ${is}: ${message}`;
  });
  return [...own, ...Object.entries(held).flatMap(([, below]) => conditions(here, below))];
}

describe.each(Object.entries(BEHIND))('%s', (_name, graph) => {
  const { said, xds } = translated(graph());

  test('Envoy Gateway accepts every object, and programs every listener', () => {
    const objects = objectsOf(graph()).filter(isOfDoor);
    const told = objects.filter(({ kind }) => kind !== 'HTTPRouteFilter').map((o) => String(at(o, 'metadata', 'name')));
    expect(said.filter((one) => !/ (Accepted|ResolvedRefs|Programmed) True: /.test(one))).toEqual([]);
    expect(told.filter((name) => !said.some((one) => one.includes(` ${name} Accepted True`)))).toEqual([]);
  });

  test('proxies are told to limit each address', () => {
    expect(xds).toContain('type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit');
  });
});

test('a certificate that is not there is found', () => {
  const graph = systemGraph('talos', 'prod', GATEWAY);
  const nodes = graph.nodes.filter((n) => n.object?.kind !== 'Certificate');
  expect(translated({ ...graph, nodes }).said.filter((one) => one.includes(' Programmed False'))).toHaveLength(1);
});

describe('a real API server with the CRDs of Gateway API 1.6 and Envoy Gateway 1.9', () => {
  const cluster = new ControlPlane(BIN);
  let client: KubeClient;
  beforeAll(async () => {
    await cluster.start();
    client = cluster.client();
    const kubectl = (...args: string[]) => judge('kubectl', ['--kubeconfig', cluster.kubeconfigPath, ...args]);
    kubectl('apply', '--server-side', '-f', join(FETCHED, 'gateway-crds'));
    kubectl('wait', '--for', 'condition=Established', '--timeout=60s', 'crd', '--all');
    client = cluster.client();
  });
  afterAll(() => cluster.stop());

  /** Of a namespace that is there: nothing is kept. */
  async function refusals(objects: readonly KubeJson[]): Promise<string[]> {
    const refused: string[] = [];
    for (const object of objects) {
      const metadata = { ...(isRecord(object.metadata) ? object.metadata : {}), namespace: 'default' };
      const path = await client.pathOf({ ...object, metadata });
      const all = path.slice(0, path.lastIndexOf('/'));
      try {
        await client.call('POST', `${all}?dryRun=All&fieldValidation=Strict`, { ...object, metadata });
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        refused.push(`${String(object.kind)} ${String(metadata.namespace)}: ${error.message}`);
      }
    }
    return refused;
  }

  test.each(Object.entries(BEHIND))('it takes what is rendered of %s', async (_name, graph) => {
    const objects = objectsOf(graph()).filter(isOfDoor);
    expect(objects.length).toBeGreaterThan(3);
    expect(await refusals(objects)).toEqual([]);
  });

  test('it takes the class of the platform, and its proxies', async () => {
    expect(PLATFORM.map(({ kind }) => kind).sort()).toEqual(['EnvoyProxy', 'GatewayClass']);
    expect(await refusals(PLATFORM)).toEqual([]);
  });

  test('it refuses a policy with a field that there is none of', async () => {
    const [route] = objectsOf(systemGraph('talos', 'prod', GATEWAY)).filter((o) => o.kind === 'HTTPRoute');
    expect(await refusals([{ ...route, spec: { hosts: ['a.org'] } }])).toHaveLength(1);
  });
});
