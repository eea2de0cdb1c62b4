import { spawnSync } from 'node:child_process';
import type { Problem } from '../constructs/core/problem';
import { at, list, text } from '../graph/json-value';

const LOG_LINES = 10;
/** `talos-system/talos-gateway`, as the provider names what did not get ready. */
const OBJECT =
  /\b([a-z0-9][a-z0-9-]*)\/([a-z0-9][a-z0-9.-]*)\b.*(timed out|not ready|was not successfully|is not ready|failed)/s;

/** Why a workload does not get ready: events and last log lines of its pods, asked of the cluster by kubectl, where that is there. */
export function explanations(problems: readonly Problem[]): string[] {
  return problems.flatMap(({ what }) => {
    const [, namespace, name] = OBJECT.exec(what) ?? [];
    return namespace === undefined || name === undefined ? [] : podsOf(namespace, name);
  });
}

function podsOf(namespace: string, name: string): string[] {
  const pods = kubectl('get', 'pods', '--namespace', namespace, '--selector', `app=${name}`, '--output', 'json');
  if (pods === undefined) return [];
  const unready = list(at(JSON.parse(pods), 'items')).filter((pod) => !isReady(pod));
  return unready.slice(0, 3).flatMap((pod) => {
    const podName = text(at(pod, 'metadata', 'name')) ?? '';
    const asked = ['events', '--namespace', namespace, '--for', `pod/${podName}`, '--output', 'json'];
    const events = list(at(JSON.parse(kubectl(...asked) ?? '{}'), 'items'));
    const log = kubectl('logs', '--namespace', namespace, podName, '--all-containers', '--tail', `${LOG_LINES}`) ?? '';
    return [
      '',
      `  pod ${podName}: ${text(at(pod, 'status', 'phase')) ?? 'unknown'}`,
      ...waiting(pod).map((line) => `    ${line}`),
      ...events.slice(-5).map((event) => `    ${text(at(event, 'reason'))}: ${text(at(event, 'message'))}`),
      ...log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `    │ ${line}`),
    ];
  });
}

function isReady(pod: unknown): boolean {
  return list(at(pod, 'status', 'conditions')).some((c) => at(c, 'type') === 'Ready' && at(c, 'status') === 'True');
}

/** `gateway: CrashLoopBackOff, back-off 5m0s restarting failed container` */
function waiting(pod: unknown): string[] {
  return list(at(pod, 'status', 'containerStatuses')).flatMap((status) => {
    const reason = text(at(status, 'state', 'waiting', 'reason')) ?? text(at(status, 'state', 'terminated', 'reason'));
    const message = text(at(status, 'state', 'waiting', 'message')) ?? '';
    return reason === undefined
      ? []
      : [`${text(at(status, 'name'))}: ${[reason, message].filter((t) => t !== '').join(', ')}`];
  });
}

/** Undefined where kubectl is not there, or does not reach the cluster. */
function kubectl(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('kubectl', [...args, '--request-timeout', '5s'], {
    encoding: 'utf8',
    env: process.env,
  });
  return status === 0 ? stdout : undefined;
}
