import type { Alarm } from './alarm';

/** Windows over which the part of failed requests is recorded. */
export const RATIO_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;
type Window = (typeof RATIO_WINDOWS)[number];

export function errorRatio(window: Window): string {
  return `namespace_service:http_server_errors:ratio_rate${window}`;
}

/** Long and short window, how many times faster than allowed the budget burns: https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts */
const BURNS = [
  { long: '1h', short: '5m', factor: 14.4, for: '2m', severity: 'critical' },
  { long: '6h', short: '30m', factor: 6, for: '15m', severity: 'critical' },
  { long: '1d', short: '2h', factor: 3, for: '1h', severity: 'warning' },
  { long: '3d', short: '6h', factor: 1, for: '3h', severity: 'warning' },
] as const satisfies readonly { long: Window; short: Window; factor: number; for: string; severity: string }[];

/** Alerts on how fast the error budget of `availability` percent over 30 days is spent. */
export function burnRateAlerts(availability: number, namespace: string): Alarm[] {
  const budget = (100 - availability) / 100;
  return BURNS.map(({ long, short, factor, severity, for: time }) => {
    const above = Number((factor * budget).toPrecision(6));
    const over = (window: Window) => `${errorRatio(window)}{namespace="${namespace}"} > ${above}`;
    return {
      alert: `ErrorBudgetBurns${long}`,
      expr: `${over(long)} and ${over(short)}`,
      for: time,
      severity,
      says: `{{ $labels.service }} fails {{ $value | humanizePercentage }} of its requests over ${long}: ${factor} times what ${availability} % a month allows.`,
    };
  });
}
