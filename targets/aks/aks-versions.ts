import type { Problem } from '../../constructs/core/problem';

/** Minors of Kubernetes that AKS supports, and until when. https://learn.microsoft.com/azure/aks/supported-kubernetes-versions */
const SUPPORTED: Readonly<Record<string, string>> = { '1.35': '2027-03-31', '1.36': '2027-06-30' };
/** Known, and over. */
const ENDED: Readonly<Record<string, string>> = { '1.34': '2026-11-30' };

/** Out of support is refused: Azure upgrades such a cluster when it likes, and mends nothing in it. */
export function versionProblems(kubernetesVersion: string): Problem[] {
  if (SUPPORTED[kubernetesVersion] !== undefined) return [];
  const end = ENDED[kubernetesVersion];
  const why = end === undefined ? 'is not among those that AKS supports' : `ends on AKS on ${end}`;
  const known = Object.entries(SUPPORTED).map(([minor, until]) => `${minor} (until ${until})`);
  const what = `seaworthy:kubernetesVersion is ${kubernetesVersion}, which ${why}: ${known.join(', ')}.`;
  return [{ code: 'SW-AKS-002', severity: 'error', what, fix: 'seaworthy:kubernetesVersion: "1.35"' }];
}
