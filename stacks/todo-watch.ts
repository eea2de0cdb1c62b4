import type { GivenDashboard, RuleGroup } from '../constructs';

/** TDO-44: the brief's threshold; its label `5xx` is no status, and its place was no place for rules. */
export const todoRules = (runbooks: string): readonly RuleGroup[] => [
  {
    name: 'todo',
    rules: [
      {
        alert: 'HighErrorRate',
        expr: 'sum by (service) (rate(http_requests_total{namespace="todo-chatbot",status=~"5.."}[5m])) > 0.05',
        for: '5m',
        labels: { severity: 'critical', system: 'todo' },
        annotations: {
          summary: '{{ $labels.service }} fails {{ $value }} requests a second.',
          runbook_url: `${runbooks}#higherrorrate`,
        },
      },
    ],
  },
];
const within = 'namespace="todo-chatbot"';

/** TDO-42: names are the brief's. */
export const DASHBOARDS: readonly GivenDashboard[] = [
  {
    name: 'todo-backend-metrics',
    title: 'Todo backend',
    rows: [
      {
        title: 'Requests',
        graphs: [
          {
            title: 'Requests by status',
            unit: 'reqps',
            queries: [[`sum by (status) (rate(http_requests_total{${within}}[$__rate_interval]))`, '{{status}}']],
          },
          {
            title: 'Latency, 95 of 100',
            unit: 's',
            queries: [
              [
                `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{${within}}[$__rate_interval])))`,
                'latency',
              ],
            ],
          },
          {
            title: 'Connections of the database',
            unit: 'short',
            queries: [[`sum by (datname) (pg_stat_database_numbackends{${within}})`, '{{datname}}']],
          },
        ],
      },
    ],
  },
  {
    name: 'todo-frontend-performance',
    title: 'Todo frontend',
    rows: [
      {
        title: 'At the front door',
        graphs: [
          {
            title: 'Requests by status',
            unit: 'reqps',
            queries: [
              [
                'sum by (status) (rate(nginx_ingress_controller_requests{exported_namespace="todo-chatbot",ingress="todo-frontend"}[$__rate_interval]))',
                '{{status}}',
              ],
            ],
          },
          {
            title: 'Time to answer, 95 of 100',
            unit: 's',
            queries: [
              [
                'histogram_quantile(0.95, sum by (le) (rate(nginx_ingress_controller_request_duration_seconds_bucket{exported_namespace="todo-chatbot",ingress="todo-frontend"}[$__rate_interval])))',
                'time',
              ],
            ],
          },
        ],
      },
    ],
  },
  {
    name: 'kubernetes-cluster-health',
    title: 'Cluster',
    rows: [
      {
        title: 'Nodes and pods',
        graphs: [
          {
            title: 'Nodes that are ready',
            unit: 'short',
            queries: [['sum(kube_node_status_condition{condition="Ready",status="true"})', 'ready']],
          },
          {
            title: 'CPU used of what there is',
            unit: 'percentunit',
            queries: [['1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))', 'CPU']],
          },
          {
            title: 'Pods that are not running',
            unit: 'short',
            queries: [['sum by (phase) (kube_pod_status_phase{phase!~"Running|Succeeded"})', '{{phase}}']],
          },
          {
            title: 'Volumes that nobody claims',
            unit: 'short',
            queries: [
              ['sum by (phase) (kube_persistentvolume_status_phase{phase=~"Available|Released"})', '{{phase}}'],
            ],
          },
        ],
      },
    ],
  },
];
