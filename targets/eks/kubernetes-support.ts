import type { Profile } from '../../constructs/core/platform';
import type { Problem } from '../../constructs/core/problem';

/**
 * Minors that EKS runs, and when their standard support ends; a year of extended support follows, six times as dear, and then AWS upgrades the
 * cluster by itself. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html, by endoflife.date, read 2026-11-21
 */
const ENDS: Readonly<Record<string, string>> = { '1.34': '2026-12-02', '1.35': '2027-03-27', '1.36': '2027-08-02' };
const [OLDEST, NEWEST] = ['1.35', '1.36'];

/** What is made must be in support, and what runs in production or before it; a laptop’s trial is told. */
export function versionProblems(version: string, profile: Profile, isMade: boolean): Problem[] {
  if (minor(version) >= minor(OLDEST) && minor(version) <= minor(NEWEST)) return [];
  const isOld = minor(version) < minor(OLDEST);
  const severity = isOld && (isMade || profile.name !== 'dev') ? 'error' : 'warning';
  return [
    {
      code: 'SW-EKS-005',
      severity,
      what: isOld ? old(version) : unknown(version),
      fix: `seaworthy:kubernetesVersion: "${NEWEST}"`,
    },
  ];
}

function old(version: string): string {
  const end = ENDS[version];
  const why = end === undefined ? 'its standard support on EKS is over' : `its standard support on EKS ends ${end}`;
  return `Kubernetes ${version} is out of support: ${why}; the extended one is six times as dear, and then AWS upgrades it by itself. In support are ${OLDEST} (until ${ENDS[OLDEST]}) and ${NEWEST} (until ${ENDS[NEWEST]}).`;
}

function unknown(version: string): string {
  return `Kubernetes ${version} is newer than what is known of EKS here: ${NEWEST}. Whether EKS has it, its preview cannot say.`;
}

const minor = (version: string): number => Number(version.split('.')[1]);
