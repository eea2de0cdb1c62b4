import { connect, given, type HttpService, type System, Tracing, type TracingBackend, url } from '../constructs';
import type { TracingSettings } from './shared-settings';

/** Services of a system send traces to a Collector of its own: `name` is the Secret with its address, and the first part of service names. */
export function traced(
  system: System,
  services: readonly HttpService[],
  settings: TracingSettings,
  secret: string,
): Tracing | undefined {
  if (!settings['tracing.enabled']) return undefined;
  const tracing = new Tracing(system, 'tracing', { backend: backendOf(system, settings, secret), secret });
  for (const service of services) {
    connect(service, tracing, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: url() },
      secret: { name: secret, key: 'endpoint' },
    });
    service.addEnv('TRACING_ENABLED', { value: 'true' });
    const attributes = `service.name=${system.node.id}-${service.node.id},environment=${system.environment}`;
    service.addEnv('OTEL_RESOURCE_ATTRIBUTES', { value: attributes });
  }
  return tracing;
}

function backendOf(system: System, settings: TracingSettings, secret: string): TracingBackend {
  const kind = settings['tracing.backend'];
  const namespace = 'observability';
  switch (kind) {
    case 'jaeger':
      return { kind, namespace };
    case 'jaeger-operator': {
      const elasticsearch = settings['tracing.elasticsearch'] ?? '';
      return { kind, name: `${system.node.id}-jaeger`, namespace, elasticsearch };
    }
    case 'managed': {
      const name = settings['tracing.keyHeader'];
      const endpoint = settings['tracing.endpoint'] ?? '';
      if (name === undefined) return { kind, endpoint };
      const key = { name: secret, field: 'key', config: `${system.node.id}:tracing.key` } as const;
      return { kind, endpoint, header: { name, value: given(system, key, settings['tracing.key']) } };
    }
    default:
      return kind satisfies never;
  }
}
