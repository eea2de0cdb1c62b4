import { stringify } from 'yaml';

/** What of the traces is kept. */
export interface Sampling {
  /** Part of the ordinary traces, in percent. */
  readonly percent: number;
  /** Every trace that took longer, in milliseconds. */
  readonly slowerThanMs: number;
}

export interface CollectorConfig {
  readonly sampling: Sampling;
  /** Where spans go: the address of an OTLP server, as the Collector expands it from its environment. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const COLLECTOR_PORTS = { grpc: 4317, http: 4318, own: 8888, received: 8889, health: 13133 } as const;

/** Attribute names whose values never leave: TAL-41. */
const SENSITIVE_KEYS = 'authorization|header_b64u|ciphertext_b64u|secret|token|signature';
const BEARER = '(?i)\\bbearer\\s+[\\w.~+/=-]+';
/** The same inside of texts: bearer tokens, fields of a JSON text, parameters of a URL. */
const SENSITIVE_VALUES = [
  BEARER,
  `(?i)"[^"]*(${SENSITIVE_KEYS})[^"]*"\\s*:\\s*("[^"]*"|[\\w.+-]+)`,
  `(?i)\\b[\\w.-]*(${SENSITIVE_KEYS})[\\w.-]*=[^&\\s"]+`,
];
/** How long the spans of a trace are waited for before it is judged. */
const DECISION_WAIT = '10s';
/** Results of a weekly drill stay visible until the next. */
const KEEP_REPORTED = '192h';

/**
 * Configuration of an OpenTelemetry Collector: receives OTLP, redacts, samples by whole traces, sends on. Redaction comes first, so that
 * nothing sensitive is ever held in a queue. Limitation: the Collector cannot reach attributes of span links.
 */
export function collectorConfig({ sampling, endpoint, headers }: CollectorConfig): string {
  const { grpc, http, own, received, health } = COLLECTOR_PORTS;
  const anywhere = (port: number) => ({ endpoint: `0.0.0.0:${port}` });
  return stringify(
    {
      extensions: { health_check: anywhere(health) },
      receivers: { otlp: { protocols: { grpc: anywhere(grpc), http: anywhere(http) } } },
      processors: {
        memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
        redaction: {
          allow_all_keys: true,
          blocked_key_patterns: [`(?i).*(${SENSITIVE_KEYS}).*`],
          blocked_values: SENSITIVE_VALUES,
          redact_all_types: true,
          summary: 'silent',
        },
        transform: transform(),
        tail_sampling: tailSampling(sampling),
        batch: {},
      },
      exporters: {
        otlp_grpc: { endpoint, ...(Object.keys(headers).length === 0 ? {} : { headers }) },
        prometheus: { ...anywhere(received), metric_expiration: KEEP_REPORTED },
      },
      service: {
        extensions: ['health_check'],
        telemetry: {
          metrics: { readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: own } } } }] },
        },
        pipelines: {
          traces: {
            receivers: ['otlp'],
            processors: ['memory_limiter', 'redaction', 'transform', 'tail_sampling', 'batch'],
            exporters: ['otlp_grpc'],
          },
          metrics: { receivers: ['otlp'], processors: ['memory_limiter', 'batch'], exporters: ['prometheus'] },
        },
      },
    },
    { lineWidth: 0 },
  );
}

/** Names and messages are no attributes, so the redaction processor does not look at them. One that fails lets nothing through. */
function transform(): object {
  const mask = (field: string) => `replace_pattern(${field}, ${JSON.stringify(BEARER)}, "****")`;
  return {
    error_mode: 'propagate',
    trace_statements: [
      { context: 'span', statements: [mask('span.name'), mask('span.status.message')] },
      { context: 'spanevent', statements: [mask('spanevent.name')] },
    ],
  };
}

function tailSampling({ percent, slowerThanMs }: Sampling): object {
  return {
    decision_wait: DECISION_WAIT,
    policies: [
      { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
      { name: 'slow', type: 'latency', latency: { threshold_ms: slowerThanMs } },
      { name: 'some', type: 'probabilistic', probabilistic: { sampling_percentage: percent } },
    ],
  };
}
