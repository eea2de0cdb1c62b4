import type { Problem } from '../constructs/core/problem';
import type { AksSource } from '../targets/aks/aks-cluster';
import type { EksSource } from '../targets/eks/eks-cluster';
import type { TargetFacts } from '../targets/facts';
import { AKS_OF_STACK_SETTINGS, AKS_SETTINGS } from './aks-settings';
import { EKS_OF_STACK_SETTINGS, EKS_SETTINGS } from './cloud-settings';
import type { SettingsReader } from './read-settings';

/** What decides where the facts of a cluster come from. */
export interface Layer {
  readonly target: TargetFacts['target'];
  readonly clusterStack: string | undefined;
}

/** The settings of the namespace `eks`, as many as are needed. Undefined where one is wrong. */
export function readEks(reader: SettingsReader, { clusterStack }: Layer): EksSource | undefined {
  if (clusterStack !== undefined) {
    const known = reader.read('eks', EKS_OF_STACK_SETTINGS);
    return (
      known && { from: 'stack', stack: clusterStack, known: { ...known, zones: known.zones ?? zonesOf(known.region) } }
    );
  }
  const cluster = reader.read('eks', EKS_SETTINGS);
  return cluster && { from: 'configuration', cluster };
}

/** The same, of the namespace `aks`. */
export function readAks(reader: SettingsReader, { clusterStack }: Layer): AksSource | undefined {
  if (clusterStack !== undefined) {
    const known = reader.read('aks', AKS_OF_STACK_SETTINGS);
    return known && { from: 'stack', stack: clusterStack, known };
  }
  const cluster = reader.read('aks', AKS_SETTINGS);
  return cluster && { from: 'configuration', cluster };
}

/** Targets that take the facts of their cluster from another stack. */
const JOINING: readonly TargetFacts['target'][] = ['eks', 'aks', 'existing'];

/** What the layers of a stack say against each other. */
export function layerProblems({ target, clusterStack }: Layer, where: string): Problem[] {
  if (clusterStack === undefined || JOINING.includes(target)) return [];
  const what = `seaworthy:clusterStack is ${clusterStack}, and the target ${target} takes nothing from another stack: it would be ignored.`;
  return [{ code: 'SW-LAYER-001', severity: 'error', where, what, fix: 'delete seaworthy:clusterStack' }];
}

/**
 * Zones of a region, in the order of their letters; some regions begin elsewhere, or leave some out for new accounts.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
export function zonesOf(region: string): readonly string[] {
  return (LETTERS[region] ?? ['a', 'b', 'c']).map((letter) => `${region}${letter}`);
}

const LETTERS: Readonly<Record<string, readonly string[]>> = {
  'ap-northeast-1': ['a', 'c', 'd'],
  'ca-central-1': ['a', 'b', 'd'],
  'us-west-1': ['a', 'c'],
};
