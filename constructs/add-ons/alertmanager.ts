import { ON_CALL_KEYS, ON_CALL_SECRET, type PlatformOptions } from './values';

/** Where the operator mounts it. https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.AlertmanagerSpec */
const FOLDER = `/etc/alertmanager/secrets/${ON_CALL_SECRET}`;

/**
 * Critical alerts call somebody; the others are looked at by day, and reach somebody too: who is on call, where nobody else is named.
 * https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertmanager({ onCall, dailyCall }: PlatformOptions): object {
  const calls = (key: string) => ({ webhook_configs: [{ url_file: `${FOLDER}/${key}`, send_resolved: true }] });
  const critical = onCall === undefined ? {} : calls(ON_CALL_KEYS.critical);
  return {
    route: {
      receiver: 'by-day',
      group_by: ['namespace', 'system', 'alertname'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        { receiver: 'none', matchers: ['alertname =~ "Watchdog|InfoInhibitor"'] },
        { receiver: 'on-call', matchers: ['severity = "critical"'], repeat_interval: '1h' },
      ],
    },
    inhibit_rules: INHIBITIONS,
    receivers: [
      { name: 'none' },
      { name: 'by-day', ...(dailyCall === undefined ? critical : calls(ON_CALL_KEYS.daily)) },
      { name: 'on-call', ...critical },
    ],
  };
}

/** Who is told of the worse is not told of the lesser, of the same thing. */
const INHIBITIONS = [
  // One budget, burnt fast and slowly.
  {
    source_matchers: ['alertname =~ "ErrorBudgetBurns(1h|6h)"'],
    target_matchers: ['alertname =~ "ErrorBudgetBurns(1d|3d)"'],
    equal: ['namespace', 'service'],
  },
  // The chart's own alerts, several of which have one name and two severities: as the chart has it.
  {
    source_matchers: ['severity = "critical"'],
    target_matchers: ['severity =~ "warning|info"'],
    equal: ['namespace', 'alertname'],
  },
  {
    source_matchers: ['severity = "warning"'],
    target_matchers: ['severity = "info"'],
    equal: ['namespace', 'alertname'],
  },
  { source_matchers: ['alertname = "InfoInhibitor"'], target_matchers: ['severity = "info"'], equal: ['namespace'] },
];
