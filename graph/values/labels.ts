import { fitting, keyMisfit, LABEL_VALUE, misfit, shown } from '../../constructs/core/forms';
import { isMarker } from '../../constructs/core/marker';
import { isRecord, pathText } from '../json-value';
import { type Findings, knownText } from './findings';

/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
const LARGEST_ANNOTATIONS = 256 * 1024;

export function labelProblems(labels: unknown, path: string, findings: Findings): void {
  keyProblems(labels, path, findings);
  if (!isRecord(labels)) return;
  for (const [key, value] of Object.entries(labels)) {
    const text = knownText(value);
    const what = text === undefined ? undefined : misfit(text, LABEL_VALUE);
    if (text === undefined || what === undefined) continue;
    const fix = `'${shown(key)}': '${fitting(text, LABEL_VALUE)}'`;
    findings.tell('SW-LABEL-001', `${path}${pathText([key]).replace(/^(?!\[)/, '.')} ${what}.`, fix);
  }
}

export function annotationProblems(annotations: unknown, path: string, findings: Findings): void {
  keyProblems(annotations, path, findings);
  if (!isRecord(annotations)) return;
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + bytes(key) + bytes(String(value)), 0);
  if (size <= LARGEST_ANNOTATIONS) return;
  const what = `${path} are ${size} bytes in all; Kubernetes takes ${LARGEST_ANNOTATIONS}.`;
  findings.tell('SW-SIZE-001', what, 'put the long ones into a ConfigMap');
}

function keyProblems(map: unknown, path: string, findings: Findings): void {
  if (!isRecord(map)) return;
  for (const key of Object.keys(map)) {
    if (isMarker(key) || knownText(key) === undefined) continue;
    const what = keyMisfit(path.endsWith('annotations') ? key.toLowerCase() : key);
    if (what === undefined) continue;
    findings.tell('SW-LABEL-001', `${path} has the key "${shown(key)}": ${what}.`, `'${fitting(key, LABEL_VALUE)}': …`);
  }
}

export function bytes(text: string): number {
  return Buffer.byteLength(text);
}
