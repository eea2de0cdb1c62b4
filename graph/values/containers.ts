import { shown } from '../../constructs/core/forms';
import { amountOf } from '../../constructs/core/quantity';
import { at, isRecord, list, text } from '../json-value';
import { type Findings, knownNumber, knownText } from './findings';
import { duplicates, fieldKey, oneOfFields } from './lists';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const HOOKS = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
const SOURCES = ['configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef', 'fileKeyRef'];

interface Place {
  readonly container: unknown;
  readonly at: string;
  readonly isInit: boolean;
}

interface PodFacts {
  readonly volumes: ReadonlySet<string>;
  /** Seconds from the order to stop to the end. */
  readonly grace: number;
}

export function containerProblems({ container, at: path, isInit }: Place, pod: PodFacts, findings: Findings): void {
  if (!isRecord(container)) return;
  const { image } = container;
  if (image === undefined || image === '')
    findings.tell('SW-FIELD-006', `${path}.image is missing.`, "image: 'ghcr.io/acme/api:1.2.3'");
  duplicates(container.ports, `${path}.ports`, findings, (p) => fieldKey(p, 'name'), 'name');
  envProblems(container, path, findings);
  mountProblems(container, path, pod, findings);
  resourceProblems(container, path, findings);
  const ports = new Set(list(container.ports).flatMap((p) => text(at(p, 'name')) ?? []));
  const isSidecar = isInit && container.restartPolicy === 'Always';
  for (const probe of PROBES) {
    const given = container[probe];
    if (given === undefined) continue;
    const here = `${path}.${probe}`;
    if (isInit && !isSidecar)
      findings.tell(
        'SW-FIELD-006',
        `${here} stands on a container that runs to its end before the others start.`,
        `remove ${probe}`,
      );
    probeProblems(given, here, ports, probe !== 'readinessProbe', findings);
  }
  hookProblems(container, path, ports, pod, findings);
  securityProblems(container, path, findings);
}

function envProblems(container: Record<string, unknown>, path: string, findings: Findings): void {
  duplicates(container.env, `${path}.env`, findings, (v) => fieldKey(v, 'name'), 'name');
  list(container.env).forEach((variable, i) => {
    const from = at(variable, 'valueFrom');
    const here = `${path}.env[${i}]`;
    const name = shown(knownText(at(variable, 'name')) ?? '');
    if (from !== undefined && at(variable, 'value') !== undefined && at(variable, 'value') !== '') {
      findings.tell(
        'SW-FIELD-006',
        `${here} (${name}) has value and valueFrom; it takes one of the two.`,
        'remove one of the two',
      );
    }
    if (from !== undefined) oneOfFields(from, SOURCES, `${here}.valueFrom`, findings);
  });
}

function mountProblems(
  container: Record<string, unknown>,
  path: string,
  { volumes }: PodFacts,
  findings: Findings,
): void {
  duplicates(container.volumeMounts, `${path}.volumeMounts`, findings, (m) => fieldKey(m, 'mountPath'), 'mountPath');
  for (const field of ['volumeMounts', 'volumeDevices']) {
    list(container[field]).forEach((mount, i) => {
      const name = knownText(at(mount, 'name'));
      if (name === undefined || volumes.has(name)) return;
      const what = `${path}.${field}[${i}] mounts the volume "${shown(name)}", which the pod does not have.`;
      findings.tell('SW-FIELD-003', what, `volumes: [{ name: '${shown(name)}', emptyDir: {} }]`);
    });
  }
}

function resourceProblems(container: Record<string, unknown>, path: string, findings: Findings): void {
  const [requests, limits] = ['requests', 'limits'].map((field) => at(container, 'resources', field));
  if (!isRecord(requests) || !isRecord(limits)) return;
  for (const [resource, asked] of Object.entries(requests)) {
    const [request, limit] = [amount(asked), amount(limits[resource])];
    if (request === undefined || limit === undefined || request <= limit) continue;
    const what = `${path}.resources.requests.${resource} is ${asked}, more than its limit of ${limits[resource]}.`;
    findings.tell('SW-FIELD-004', what, `limits: { ${resource}: '${asked}' }`);
  }
}

function amount(value: unknown): number | undefined {
  const known = knownText(value) ?? knownNumber(value);
  return known === undefined ? undefined : amountOf(known);
}

function probeProblems(
  probe: unknown,
  path: string,
  ports: ReadonlySet<string>,
  isOnce: boolean,
  findings: Findings,
): void {
  oneOfFields(probe, HANDLERS, path, findings);
  handlerProblems(probe, path, ports, findings);
  const successes = knownNumber(at(probe, 'successThreshold'));
  if (isOnce && successes !== undefined && successes > 1) {
    findings.tell(
      'SW-FIELD-001',
      `${path}.successThreshold is ${successes}; here it must be 1.`,
      'successThreshold: 1',
    );
  }
}

function handlerProblems(handler: unknown, path: string, ports: ReadonlySet<string>, findings: Findings): void {
  for (const kind of ['httpGet', 'tcpSocket']) {
    const named = knownText(at(handler, kind, 'port'));
    if (named === undefined || ports.has(named) || /^\d*$/.test(named)) continue;
    const what = `${path}.${kind}.port is "${shown(named)}", and the container has no port of that name.`;
    findings.tell('SW-FIELD-003', what, `ports: [{ name: '${shown(named)}', containerPort: 8080 }]`);
  }
  const asked = at(handler, 'httpGet', 'path');
  if (asked === '') findings.tell('SW-FIELD-001', `${path}.httpGet.path is empty.`, "path: '/healthz'");
  if (at(handler, 'exec') !== undefined && list(at(handler, 'exec', 'command')).length === 0) {
    findings.tell('SW-FIELD-006', `${path}.exec.command is empty.`, "command: ['/bin/true']");
  }
}

function hookProblems(
  container: Record<string, unknown>,
  path: string,
  ports: ReadonlySet<string>,
  { grace }: PodFacts,
  findings: Findings,
): void {
  for (const hook of ['preStop', 'postStart']) {
    const given = at(container, 'lifecycle', hook);
    if (given === undefined) continue;
    const here = `${path}.lifecycle.${hook}`;
    oneOfFields(given, HOOKS, here, findings);
    handlerProblems(given, here, ports, findings);
    const seconds = knownNumber(at(given, 'sleep', 'seconds'));
    if (seconds === undefined || seconds <= grace) continue;
    const what = `${here}.sleep.seconds is ${seconds}, more than terminationGracePeriodSeconds, ${grace}.`;
    findings.tell('SW-FIELD-001', what, `terminationGracePeriodSeconds: ${seconds + 30}`);
  }
}

function securityProblems(container: Record<string, unknown>, path: string, findings: Findings): void {
  const context = container.securityContext;
  const isPrivileged =
    at(context, 'privileged') === true || list(at(context, 'capabilities', 'add')).includes('CAP_SYS_ADMIN');
  if (at(context, 'allowPrivilegeEscalation') !== false || !isPrivileged) return;
  const what = `${path}.securityContext forbids allowPrivilegeEscalation, and is privileged.`;
  findings.tell('SW-FIELD-006', what, 'remove privileged');
}
