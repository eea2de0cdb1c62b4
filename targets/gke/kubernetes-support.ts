import type { Problem } from '../../constructs/core/problem';

/** Minor versions that GKE supports, with the end of standard support. https://cloud.google.com/kubernetes-engine/docs/release-schedule, read 2026-11-21 */
const SUPPORTED: Readonly<Record<string, string>> = { '1.35': '2027-04-11', '1.36': '2027-08-09' };
const [OLDEST = '', NEWEST = ''] = Object.keys(SUPPORTED);

export function versionProblems(version: string): Problem[] {
  if (version in SUPPORTED) return [];
  const minor = (text: string) => Number(text.split('.')[1]);
  const fix = `seaworthy:kubernetesVersion: "${NEWEST}"`;
  if (minor(version) < minor(OLDEST)) {
    const what = `Kubernetes ${version} is out of support on GKE: the oldest that is in it is ${OLDEST}, until ${SUPPORTED[OLDEST]}. Google upgrades such a cluster by itself.`;
    return [{ code: 'SW-GKE-001', severity: 'error', what, fix }];
  }
  const what = `Kubernetes ${version} is newer than what is known of GKE here: ${Object.keys(SUPPORTED).join(', ')}. Objects are checked as far as they are known.`;
  return [{ code: 'SW-GKE-001', severity: 'warning', what, fix }];
}
