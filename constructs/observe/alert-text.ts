import { type Language, refusesControl } from '../core/language';

/** Text of an annotation of an alert, which Prometheus reads as a template of Go: `{{` begins an order. https://prometheus.io/docs/prometheus/latest/configuration/template_reference/ */
export const ALERT_TEXT: Language = {
  name: 'a template of Prometheus',
  refuses: refusesControl,
  write: (text) => text.replaceAll('{{', '{{ "{{" }}'),
  example: '+49 30 123456, Platform team',
};
