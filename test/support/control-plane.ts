import { type ChildProcess, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, list, text } from '../../graph/json-value';
import { KubeClient, type KubeObject } from './kube-client';
import { eventually, freePort, Processes } from './processes';

const NODES = 2;
const STORAGE_CLASSES = ['standard', 'gp3', 'fast-ssd'];
/** A volume is used once: nobody wipes it. */
const VOLUMES = 24;

/**
 * A real Kubernetes control plane (etcd, API server, controller manager, scheduler) with nodes that kwok simulates: pods become ready
 * without running. There is no ingress controller; `IngressControllerDouble` gives Ingresses an address, as one would.
 */
export class ControlPlane {
  private readonly folder = mkdtempSync(join(tmpdir(), 'seaworthy-cluster-'));
  private readonly processes = new Processes(this.folder);
  private readonly tokens = new Map<string, string>();
  private ingress: NodeJS.Timeout | undefined;
  private port = 0;
  private etcd = '';
  private apiServer: ChildProcess | undefined;

  constructor(private readonly bin: string) {}

  get kubeconfig(): string {
    return this.kubeconfigFor('admin');
  }

  /** The same, as a file. */
  get kubeconfigPath(): string {
    return this.kubeconfigFile('admin');
  }

  client(): KubeClient {
    return new KubeClient(this.kubeconfig);
  }

  async start(): Promise<void> {
    mkdirSync(join(this.folder, 'pki'));
    execFileSync('openssl', ['genrsa', '-out', join(this.folder, 'pki', 'sa.key'), '2048'], { stdio: 'ignore' });
    this.port = await freePort();
    this.writeTokens();
    this.etcd = await this.startEtcd();
    this.startApiServer(this.etcd);
    const client = this.client();
    await eventually('the API server is ready', 120, async () => {
      await client.call('GET', '/readyz');
      return client.get({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
    });
    await this.startControllers();
    await this.createNodes(client);
    await eventually('the default ServiceAccount exists', 120, () =>
      client.get({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }),
    );
    this.ingress = setInterval(() => giveAddresses(client).catch(() => undefined), 300);
  }

  async stop(): Promise<void> {
    clearInterval(this.ingress);
    await this.processes.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The API server goes away at once; etcd keeps what it knew. */
  async stopApiServer(): Promise<void> {
    const { apiServer } = this;
    if (apiServer === undefined) return;
    const ended = new Promise((resolve) => apiServer.once('exit', resolve));
    apiServer.kill('SIGKILL');
    await ended;
  }

  restartApiServer(): void {
    this.startApiServer(this.etcd);
  }

  private writeTokens(): void {
    const users: [string, string, string][] = [
      ['admin', 'admin', 'system:masters'],
      ['system:kube-controller-manager', 'kcm', ''],
      ['system:kube-scheduler', 'scheduler', ''],
    ];
    const rows = users.map(([user, uid, group]) => {
      const token = randomBytes(16).toString('hex');
      this.tokens.set(user, token);
      return group === '' ? `${token},${user},${uid}` : `${token},${user},${uid},"${group}"`;
    });
    writeFileSync(join(this.folder, 'pki', 'tokens.csv'), `${rows.join('\n')}\n`, { mode: 0o600 });
  }

  private kubeconfigFor(user: string): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [
        { name: 'test', cluster: { server: `https://127.0.0.1:${this.port}`, 'insecure-skip-tls-verify': true } },
      ],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      users: [{ name: 'test', user: { token: this.tokens.get(user) } }],
    });
  }

  private kubeconfigFile(user: string): string {
    const file = join(this.folder, `${user.replace(/[^a-z-]/g, '-')}.kubeconfig`);
    writeFileSync(file, this.kubeconfigFor(user), { mode: 0o600 });
    return file;
  }

  private async startEtcd(): Promise<string> {
    const [clients, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    this.processes.start(join(this.bin, 'etcd'), [
      ...['--name', 'e', '--data-dir', join(this.folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
      ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `e=${peers}`],
    ]);
    return clients;
  }

  private startApiServer(etcd: string): void {
    const pki = join(this.folder, 'pki');
    this.apiServer = this.processes.start(join(this.bin, 'kube-apiserver'), [
      ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--secure-port', `${this.port}`, '--cert-dir', pki],
      ...[
        '--advertise-address',
        ownAddress(),
        '--token-auth-file',
        join(pki, 'tokens.csv'),
        '--authorization-mode',
        'Node,RBAC',
      ],
      ...[
        '--service-account-issuer',
        'https://kubernetes.default.svc',
        '--service-account-key-file',
        join(pki, 'sa.key'),
      ],
      ...['--service-account-signing-key-file', join(pki, 'sa.key'), '--service-cluster-ip-range', '10.96.0.0/16'],
      ...['--allow-privileged=true', '--profiling=false', '--kubelet-preferred-address-types', 'InternalIP'],
    ]);
  }

  private async startControllers(): Promise<void> {
    const manager = this.kubeconfigFile('system:kube-controller-manager');
    const scheduler = this.kubeconfigFile('system:kube-scheduler');
    const pki = join(this.folder, 'pki');
    this.processes.start(join(this.bin, 'kube-controller-manager'), [
      ...['--kubeconfig', manager, '--authentication-kubeconfig', manager, '--authorization-kubeconfig', manager],
      ...['--use-service-account-credentials=true', '--service-account-private-key-file', join(pki, 'sa.key')],
      ...['--root-ca-file', join(pki, 'apiserver.crt'), '--leader-elect=false', '--allocate-node-cidrs=true'],
      ...[
        '--cluster-cidr',
        '10.244.0.0/16',
        '--service-cluster-ip-range',
        '10.96.0.0/16',
        '--bind-address',
        '127.0.0.1',
      ],
      ...['--secure-port', `${await freePort()}`, '--cert-dir', join(pki, 'kcm')],
    ]);
    this.processes.start(join(this.bin, 'kube-scheduler'), [
      ...['--kubeconfig', scheduler, '--authentication-kubeconfig', scheduler, '--authorization-kubeconfig', scheduler],
      ...[
        '--leader-elect=false',
        '--bind-address',
        '127.0.0.1',
        '--secure-port',
        `${await freePort()}`,
        '--cert-dir',
        join(pki, 'ks'),
      ],
    ]);
    this.processes.start(join(this.bin, 'kwok'), [
      ...['--kubeconfig', this.kubeconfigFile('admin'), '--manage-all-nodes=false'],
      ...['--manage-nodes-with-annotation-selector', 'kwok.x-k8s.io/node=fake', '--node-lease-duration-seconds', '40'],
      ...['--cidr', '10.0.0.1/24', '--node-ip', '10.0.0.1', '--server-address', `127.0.0.1:${await freePort()}`],
    ]);
  }

  private async createNodes(client: KubeClient): Promise<void> {
    for (let i = 1; i <= NODES; i++) {
      const metadata = {
        name: `node${i}`,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: { 'kubernetes.io/hostname': `node${i}` },
      };
      const room = { cpu: '32', memory: '256Gi', pods: '110', 'ephemeral-storage': '500Gi' };
      const node = { apiVersion: 'v1', kind: 'Node', metadata, status: { allocatable: room, capacity: room } };
      await client.call('POST', '/api/v1/nodes', node);
    }
    for (const storageClassName of STORAGE_CLASSES) {
      for (let i = 1; i <= VOLUMES; i++) {
        const spec = {
          capacity: { storage: '50Gi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          hostPath: { path: `/data/${storageClassName}-${i}` },
          storageClassName,
        };
        await client.call('POST', '/api/v1/persistentvolumes', {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: `${storageClassName}-${i}` },
          spec,
        });
      }
    }
  }
}

/** DOUBLE of an ingress controller: gives each Ingress an address, and routes nothing. */
async function giveAddresses(client: KubeClient): Promise<void> {
  const all = list((await client.call('GET', '/apis/networking.k8s.io/v1/ingresses')).items);
  for (const ingress of all) {
    if (list(at(ingress, 'status', 'loadBalancer', 'ingress')).length > 0) continue;
    const [namespace, name] = [text(at(ingress, 'metadata', 'namespace')), text(at(ingress, 'metadata', 'name'))];
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}/status`;
    const status: KubeObject = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    await client.call('PATCH', path, status, 'application/merge-patch+json');
  }
}

/** The API server advertises no loopback address. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const found = addresses.find((a) => a.family === 'IPv4' && !a.internal);
  if (found === undefined) throw new Error('the control plane needs an IPv4 address that is not loopback');
  return found.address;
}
