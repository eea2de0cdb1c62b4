import type { GivenDashboard, Graph, RuleGroup } from '../constructs';

/** ALC-72 to ALC-75, as the brief has them. */
export function alcsRules(runbooks: string): readonly RuleGroup[] {
  const rule = (alert: string, expr: string, severity: string, summary: string, description: string) => {
    const runbook_url = `${runbooks}#${alert.toLowerCase()}`;
    return { alert, expr, for: '5m', labels: { severity }, annotations: { summary, description, runbook_url } };
  };
  return [
    {
      name: 'alcs',
      interval: '30s',
      rules: [
        rule(
          'ALCSHighErrorRate',
          'rate(alcs_errors_total[5m]) > 0.05',
          'warning',
          'High error rate detected',
          'Error rate is {{ $value }} errors/sec',
        ),
        rule(
          'ALCSHighMemoryUsage',
          'container_memory_usage_bytes{pod=~"alcs-.*"} /\ncontainer_spec_memory_limit_bytes{pod=~"alcs-.*"} > 0.9\n',
          'warning',
          'High memory usage',
          'Memory usage is {{ $value | humanizePercentage }}',
        ),
        rule(
          'ALCSPodCrashLooping',
          'rate(kube_pod_container_status_restarts_total{pod=~"alcs-.*"}[15m]) > 0',
          'critical',
          'Pod is crash looping',
          'Pod {{ $labels.pod }} is restarting',
        ),
      ],
    },
  ];
}

const within = 'namespace="alcs"';

function graph(title: string, unit: string, expr: string, legend: string): Graph {
  return { title, unit, queries: [[expr, legend]] };
}

const board = (name: string, title: string, ...graphs: Graph[]): GivenDashboard => {
  return { name, title, rows: [{ title, graphs }] };
};

/** ALC-71. Metrics that the brief does not name are called as it calls the others. */
export const ALCS_DASHBOARDS: readonly GivenDashboard[] = [
  board(
    'alcs-overview',
    'ALCS Overview',
    graph(
      'Requests',
      'reqps',
      `sum by (status) (rate(alcs_requests_total{${within}}[$__rate_interval]))`,
      '{{status}}',
    ),
    graph('Errors', 'short', `sum(rate(alcs_errors_total{${within}}[$__rate_interval]))`, 'errors'),
    graph('Copies', 'short', `kube_deployment_status_replicas_available{${within},deployment="alcs"}`, 'available'),
  ),
  board(
    'alcs-sessions',
    'Session Metrics',
    graph('Active sessions', 'short', `sum(alcs_sessions_active{${within}})`, 'active'),
    graph(
      'Sessions created',
      'short',
      `sum(rate(alcs_sessions_created_total{${within}}[$__rate_interval]))`,
      'created',
    ),
  ),
  board(
    'alcs-api',
    'API Performance',
    graph(
      'Request duration, 95 of 100',
      's',
      `histogram_quantile(0.95, sum by (le) (rate(alcs_request_duration_seconds_bucket{${within}}[$__rate_interval])))`,
      'duration',
    ),
    graph(
      'Error rate',
      'percentunit',
      `sum(rate(alcs_requests_total{${within},status=~"5.."}[$__rate_interval])) / sum(rate(alcs_requests_total{${within}}[$__rate_interval]))`,
      'failed',
    ),
  ),
  board(
    'alcs-resources',
    'Resource Usage',
    graph(
      'CPU',
      'short',
      `sum by (pod) (rate(container_cpu_usage_seconds_total{${within},container!=""}[$__rate_interval]))`,
      '{{pod}}',
    ),
    graph('Memory', 'bytes', `sum by (pod) (container_memory_working_set_bytes{${within},container!=""})`, '{{pod}}'),
    graph(
      'Cache hit rate',
      'percentunit',
      `sum(rate(alcs_cache_hits_total{${within}}[$__rate_interval])) / (sum(rate(alcs_cache_hits_total{${within}}[$__rate_interval])) + sum(rate(alcs_cache_misses_total{${within}}[$__rate_interval])))`,
      'hits',
    ),
  ),
  board(
    'alcs-llm',
    'LLM Metrics',
    graph('Tokens', 'short', `sum by (model) (rate(alcs_llm_tokens_total{${within}}[$__rate_interval]))`, '{{model}}'),
    graph('Calls', 'short', `sum by (model) (rate(alcs_llm_requests_total{${within}}[$__rate_interval]))`, '{{model}}'),
    graph('Cost', 'currencyUSD', `sum by (model) (increase(alcs_llm_cost_dollars_total{${within}}[1h]))`, '{{model}}'),
  ),
];
