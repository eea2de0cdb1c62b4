/** What an alert says, before where and how it is told. */
export interface Alarm {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  /** May use Prometheus' templates: `{{ $labels.service }}`. */
  readonly says: string;
}
