import { at, list } from '../graph/json-value';

/** A readiness probe, as Docker's health check. Undefined where there is none. */
export function healthcheck(container: unknown): object | undefined {
  const probe = at(container, 'readinessProbe');
  const test = testOf(probe);
  if (test === undefined) return undefined;
  const seconds = (name: string, otherwise: number) => `${Number(at(probe, name) ?? otherwise)}s`;
  return {
    test,
    interval: seconds('periodSeconds', 10),
    timeout: seconds('timeoutSeconds', 1),
    retries: Number(at(probe, 'failureThreshold') ?? 3),
    // As long as a startup probe would wait.
    start_period: `${Number(at(container, 'startupProbe', 'periodSeconds') ?? 5) * Number(at(container, 'startupProbe', 'failureThreshold') ?? 6)}s`,
  };
}

/** Whatever of node, wget and curl the image has: a container asks itself. */
function testOf(probe: unknown): string[] | undefined {
  const command = list(at(probe, 'exec', 'command')).map((word) => String(word).replaceAll('$', '$$$$'));
  if (command.length > 0) return ['CMD', ...command];
  const [path, port] = [at(probe, 'httpGet', 'path'), at(probe, 'httpGet', 'port')];
  if (path !== undefined) {
    const url = `http://127.0.0.1:${String(port)}${String(path)}`;
    return [
      'CMD-SHELL',
      `wget -q -O /dev/null ${url} || curl -fsS -o /dev/null ${url} || node -e "fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"`,
    ];
  }
  const socket = at(probe, 'tcpSocket', 'port');
  return socket === undefined
    ? undefined
    : ['CMD-SHELL', `nc -z 127.0.0.1 ${String(socket)} || bash -c ': > /dev/tcp/127.0.0.1/${String(socket)}'`];
}
