import { Size } from 'cdk8s';
import { Cpu, k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { PRIVATE_IPV4 } from '../core/addresses';
import { labelsOf, named, nameOf, selectorOf } from '../core/labels';
import { withLocalStorage } from '../core/local-storage';
import { part, recordConnection } from '../core/part';
import { INTERNET } from '../core/peers';
import { resourceRequirements, restrictedContainer, restrictedPod, temporary } from '../core/pod';
import { type Problem, report } from '../core/problem';
import type { SecretSource } from '../core/secret-source';
import type { Monitored, Signal } from '../core/signals';
import { systemOf } from '../core/system';
import { VERSIONS } from '../core/versions';
import type { Workload } from '../core/workload';
import { inject } from '../secrets/inject';
import { secretBundle } from '../secrets/secret-bundle';
import { passwordOf } from '../secrets/sources';
import { TURN_PORT as PORT, type Relays, turnConfig } from './turn-config';

export interface TurnProps {
  /** @default `<system>-<id>` */
  readonly name?: string;
  /** Realm of its users, by custom the host that clients know. */
  readonly realm: string;
  /** Address that the world sees, where it is not the pod's own: without it relayed media go nowhere through a load balancer. */
  readonly externalAddress?: string;
  /** Who may use it: one user for a test bed, or whoever shows a credential that the application signed, for as long as that says. */
  readonly credentials: 'one-user' | 'short-lived';
  /** UDP ports of relays; each is a port of the load balancer, and one relay. @default 49152 to 49171 */
  readonly relays?: { readonly from: number; readonly to: number };
  /** A load balancer with all of these ports. @default false: reached inside of the cluster only */
  readonly isPublic?: boolean;
  /** Lets relays reach private addresses: for a test bed whose peers have no other. @default false */
  readonly privatePeers?: boolean;
}

/** `nobody` of the image: https://github.com/coturn/coturn/blob/master/docker/coturn/debian/Dockerfile */
const USER = 65534;
const RELAYS = { from: 49152, to: 49171 };
const ONE_USER = 'seaworthy';
const RESOURCES = {
  cpu: { request: Cpu.millis(100), limit: Cpu.millis(2000) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(512) },
};
/**
 * A TURN server (coturn): it relays media for browsers that cannot reach each other.
 * Creates: Deployment of one copy, ServiceAccount, Service, its configuration as a Secret, and a policy that opens its ports to everybody.
 * Limitation: one copy, because a relay belongs to an address; no TURN over TLS. A UDP load balancer must keep clients' addresses, and a
 * range of ports is a listener for each: for many calls an external TURN service is cheaper.
 *
 *     const turn = new Turn(this, 'turn', { realm: 'meet.acme.org', credentials: 'short-lived', isPublic: true });
 *     turn.signFor(api, { secret: 'TURN_SECRET' });
 */
export class Turn extends Construct implements Monitored {
  readonly signals: readonly Signal[];
  /** `turn:host:port`, for browsers inside of the cluster's network. */
  readonly url: string;
  private readonly password: SecretSource;

  constructor(scope: Construct, id: string, props: TurnProps) {
    super(scope, id);
    named(this, props.name);
    const name = nameOf(this);
    const relays = props.relays ?? RELAYS;
    this.signals = [{ kind: 'workload', name }];
    this.url = `turn:${props.externalAddress ?? name}:${PORT}`;
    this.password = passwordOf(this);
    const { template, problems } = turnConfig({ ...props, relays, user: ONE_USER, password: this.password });
    secretBundle(this, name).add('turnserver.conf', template, this.node.path);
    const [labels, selector] = [labelsOf(this), selectorOf(this)];
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name }, automountServiceAccountToken: false });
    new k8s.KubeDeployment(this, 'deployment', {
      metadata: { name, labels },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: selector },
        strategy: { type: 'Recreate' },
        template: { metadata: { labels }, spec: pod(name) },
      },
    });
    new k8s.KubeService(this, 'service', {
      metadata: {
        name,
        labels,
        ...(props.isPublic === true ? { annotations: systemOf(this).platform.loadBalancer.udp } : {}),
      },
      spec: {
        ...(props.isPublic === true ? { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } : { type: 'ClusterIP' }),
        selector,
        ports: servicePorts(relays, props.isPublic ?? false),
      },
    });
    openToAll(this, name, selector, { ...props, relays });
    part(this, 'seaworthy:service:Turn', () => [
      'exactly 1 copy: a relay belongs to an address',
      `:${PORT} UDP and TCP`,
      `relays ${relays.from}–${relays.to}`,
      props.credentials === 'short-lived' ? 'credentials that the application signs' : 'one user',
      ...(props.isPublic === true ? [] : ['inside of the cluster only: no browser gets to it']),
    ]);
    report(this, () => [...problems, ...problemsWith(props, relays), ...insideProblems(this, props)]);
  }

  /** Tells a workload the one user. */
  tellUser(workload: Workload, variables: { readonly username: string; readonly credential: string }): void {
    workload.addEnv(variables.username, { value: ONE_USER });
    inject(workload, variables.credential, this.password, { name: nameOf(this), key: 'password' });
  }

  /** Gives a workload the secret by which it signs credentials: https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00 */
  signFor(workload: Workload, variables: { readonly secret: string }): void {
    inject(workload, variables.secret, this.password, { name: nameOf(this), key: 'password' });
  }
}

function pod(name: string): k8s.PodSpec {
  const probe = { tcpSocket: { port: k8s.IntOrString.fromNumber(PORT) }, timeoutSeconds: 5 };
  return withLocalStorage({
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Calls that it relays end with it; clients set up new ones.
    terminationGracePeriodSeconds: 30,
    securityContext: restrictedPod(USER),
    containers: [
      {
        name: 'turn',
        image: VERSIONS.coturn.image,
        command: ['turnserver'],
        args: ['-c', '/etc/coturn/turnserver.conf'],
        ports: [
          { name: 'turn-udp', containerPort: PORT, protocol: 'UDP' },
          { name: 'turn-tcp', containerPort: PORT, protocol: 'TCP' },
        ],
        resources: resourceRequirements(RESOURCES),
        // The program carries the capability in its file, and cannot start without it: https://github.com/coturn/coturn/blob/master/docker/coturn/README.md
        securityContext: { ...restrictedContainer(), capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
        livenessProbe: { ...probe, periodSeconds: 30 },
        readinessProbe: { ...probe, periodSeconds: 10 },
        volumeMounts: [
          { name: 'configuration', mountPath: '/etc/coturn', readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'data', mountPath: '/var/lib/coturn' },
        ],
      },
    ],
    volumes: [
      {
        name: 'configuration',
        secret: { secretName: name, items: [{ key: 'turnserver.conf', path: 'turnserver.conf' }] },
      },
      temporary('tmp'),
      temporary('data'),
    ],
  });
}

function servicePorts(relays: { from: number; to: number }, isPublic: boolean): k8s.ServicePort[] {
  const port = (name: string, number: number, protocol: string) => {
    return { name, port: number, targetPort: k8s.IntOrString.fromNumber(number), protocol };
  };
  const range = isPublic ? Array.from({ length: relays.to - relays.from + 1 }, (_, i) => relays.from + i) : [];
  return [
    port('turn-udp', PORT, 'UDP'),
    port('turn-tcp', PORT, 'TCP'),
    ...range.map((number) => port(`relay-${number}`, number, 'UDP')),
  ];
}

/** Where the peers of a test bed are; never where clouds keep their metadata services. */
const INSIDE: k8s.NetworkPolicyPeer[] = PRIVATE_IPV4.map((cidr) => ({ ipBlock: { cidr } }));

/** Browsers are everywhere; so are their peers. What may not be reached is refused here, and by the server's own configuration. */
function openToAll(
  scope: Construct,
  name: string,
  selector: Record<string, string>,
  { relays, privatePeers = false }: { readonly relays: Relays; readonly privatePeers?: boolean },
): void {
  const listening = k8s.IntOrString.fromNumber(PORT);
  const range = { port: k8s.IntOrString.fromNumber(relays.from), endPort: relays.to, protocol: 'UDP' };
  new k8s.KubeNetworkPolicy(scope, 'open', {
    metadata: { name: `${name}-open` },
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: listening, protocol: 'UDP' }, { port: listening, protocol: 'TCP' }, range] }],
      egress: [
        {
          to: privatePeers ? [...INTERNET, ...INSIDE] : INTERNET,
          ports: [{ port: k8s.IntOrString.fromNumber(1024), endPort: 65535, protocol: 'UDP' }],
        },
      ],
    },
  });
  const facts = [`relays UDP ${relays.from}–${relays.to}`];
  recordConnection(scope, () => ({ from: 'internet', to: scope.node.path, port: PORT, variables: [], facts }));
}

/** What a laptop may do, and nothing that others reach. */
function insideProblems(turn: Turn, props: TurnProps): Problem[] {
  const { name } = systemOf(turn).platform.profile;
  if (name === 'dev') return [];
  const problems: Problem[] = [];
  if (props.privatePeers === true) {
    const what = `privatePeers is true in ${name}: whoever has a credential relays into the cluster and its networks.`;
    problems.push({ code: 'SW-TURN-005', severity: 'error', what, fix: 'privatePeers: false' });
  }
  if (props.credentials === 'one-user' && props.isPublic !== true) {
    const what = `credentials are "one-user" in ${name}: a password that browsers are told, and that never ends.`;
    problems.push({ code: 'SW-TURN-006', severity: 'error', what, fix: "credentials: 'short-lived'" });
  }
  return problems;
}

/** A load balancer of AWS has at most 50 listeners: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html */
const MOST_LISTENERS = 50;

function problemsWith(props: TurnProps, { from, to }: { from: number; to: number }): Problem[] {
  const problems: Problem[] = [];
  const fix = 'relays: { from: 49152, to: 49171 }';
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 1024 && to >= from && to <= 65535)) {
    const what = `relays are ${from} to ${to}; they must be whole numbers from 1024 to 65535, the lower first.`;
    problems.push({ code: 'SW-TURN-001', severity: 'error', what, fix });
  }
  if (props.isPublic === true && to - from + 3 > MOST_LISTENERS) {
    const what = `relays are ${to - from + 1} ports; with 3478 twice they are more than the ${MOST_LISTENERS} listeners that a load balancer has.`;
    problems.push({ code: 'SW-TURN-002', severity: 'error', what, fix });
  }
  if (props.isPublic === true && props.externalAddress === undefined) {
    const what = 'externalAddress is not set: clients outside would be told the address of the pod.';
    problems.push({ code: 'SW-TURN-003', severity: 'error', what, fix: "externalAddress: '203.0.113.7'" });
  }
  if (props.isPublic === true && props.credentials === 'one-user') {
    const what =
      'credentials are "one-user", which every browser would know for ever; whoever has it relays at your cost.';
    problems.push({ code: 'SW-TURN-004', severity: 'error', what, fix: "credentials: 'short-lived'" });
  }
  return problems;
}
