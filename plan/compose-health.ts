import type { Program } from '../constructs/core/programs';
import { at, list, text } from '../graph/json-value';

/**
 * Programs of images that we know, that can ask a port: a health check runs inside of the container, with what is there. From the images'
 * own Dockerfiles:
 * - nginx (alpine): https://github.com/nginx/docker-nginx/blob/master/stable/alpine-slim/Dockerfile
 * - jaeger (alpine): https://github.com/jaegertracing/jaeger/blob/main/scripts/build/docker/base/Dockerfile
 * - postgres-exporter (busybox of Prometheus): https://github.com/prometheus-community/postgres_exporter/blob/master/Dockerfile
 * - coturn (Debian): https://github.com/coturn/coturn/blob/master/docker/coturn/debian/Dockerfile
 * - the Collector is FROM scratch, and has none: https://github.com/open-telemetry/opentelemetry-collector-releases/blob/main/distributions/otelcol-contrib/Dockerfile
 */
const KNOWN: readonly (readonly [RegExp, readonly Program[]])[] = [
  [/(^|\/)nginx:[^/]*alpine/, ['wget']],
  [/(^|\/)(busybox|alpine|rclone\/rclone):/, ['wget']],
  [/(^|\/)jaegertracing\/jaeger:/, ['wget']],
  [/(^|\/)prometheuscommunity\/postgres-exporter:/, ['wget']],
  [/(^|\/)coturn\/coturn:(?!.*alpine)/, ['bash']],
  [/(^|\/)opentelemetry-collector[^/]*:/, []],
];

/** A readiness probe, as Docker's health check. Undefined where there is none, or no program in the image that could ask. */
export function healthcheck(container: unknown, declared: readonly Program[] = []): object | undefined {
  const probe = at(container, 'readinessProbe');
  const image = text(at(container, 'image')) ?? '';
  const programs = KNOWN.find(([pattern]) => pattern.test(image))?.[1] ?? declared;
  const test = testOf(container, probe, programs);
  if (test === undefined) return undefined;
  const seconds = (name: string, otherwise: number) => `${Number(at(probe, name) ?? otherwise)}s`;
  return {
    test: ['CMD', ...test.map((word) => word.replaceAll('$', '$$$$'))],
    interval: seconds('periodSeconds', 10),
    timeout: seconds('timeoutSeconds', 1),
    retries: Number(at(probe, 'failureThreshold') ?? 3),
    // As long as a startup probe would wait.
    start_period: `${Number(at(container, 'startupProbe', 'periodSeconds') ?? 5) * Number(at(container, 'startupProbe', 'failureThreshold') ?? 6)}s`,
  };
}

function testOf(container: unknown, probe: unknown, programs: readonly Program[]): string[] | undefined {
  const command = list(at(probe, 'exec', 'command')).map(String);
  // What the cluster runs in the container is in the container.
  if (command.length > 0) return byNetwork(command);
  const http = at(probe, 'httpGet');
  const port = portOf(container, at(http ?? at(probe, 'tcpSocket'), 'port'));
  if (port === undefined) return undefined;
  if (http === undefined) return asksPort(port, programs);
  const scheme = text(at(http, 'scheme'))?.toLowerCase() ?? 'http';
  if (scheme !== 'http' || list(at(http, 'httpHeaders')).length > 0) return undefined;
  const path = text(at(http, 'path')) ?? '/';
  return asksHttp(`http://127.0.0.1:${port}${path}`, programs);
}

/**
 * While the image of Postgres prepares a new volume, it answers at its socket only: whoever asks there takes it for ready, and its clients
 * are refused. https://github.com/docker-library/postgres/issues/146
 */
function byNetwork(command: readonly string[]): string[] {
  const [program = '', ...rest] = command;
  const isNamed = rest.some((word) => word === '-h' || word.startsWith('--host'));
  return program.endsWith('pg_isready') && !isNamed ? [program, '-h', '127.0.0.1', ...rest] : [...command];
}

function asksHttp(url: string, programs: readonly Program[]): string[] | undefined {
  if (programs.includes('wget')) return ['wget', '-q', '-O', '/dev/null', url];
  if (programs.includes('curl')) return ['curl', '-fsS', '-o', '/dev/null', url];
  const quoted = JSON.stringify(url);
  if (programs.includes('node')) {
    return ['node', '-e', `fetch(${quoted}).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`];
  }
  return programs.includes('python3')
    ? ['python3', '-c', `import urllib.request; urllib.request.urlopen(${quoted})`]
    : undefined;
}

function asksPort(port: number, programs: readonly Program[]): string[] | undefined {
  if (programs.includes('bash')) return ['bash', '-c', `: > /dev/tcp/127.0.0.1/${port}`];
  if (programs.includes('node')) {
    return [
      'node',
      '-e',
      `require('net').connect(${port}, '127.0.0.1', () => process.exit(0)).on('error', () => process.exit(1))`,
    ];
  }
  return programs.includes('python3')
    ? ['python3', '-c', `import socket; socket.create_connection(('127.0.0.1', ${port}))`]
    : undefined;
}

/** By number, or by the name that the container gives it. */
function portOf(container: unknown, port: unknown): number | undefined {
  const found = list(at(container, 'ports')).find((p) => at(p, 'name') === port);
  const number = Number(found === undefined ? port : at(found, 'containerPort'));
  return Number.isInteger(number) ? number : undefined;
}
