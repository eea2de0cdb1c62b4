import type { Problem } from '../constructs/core/problem';
import { PROFILES } from '../constructs/core/profile';
import type { AksSource } from '../targets/aks/aks-cluster';
import type { EksSource } from '../targets/eks/eks-source';
import type { TargetFacts } from '../targets/facts';
import type { GkeSource } from '../targets/gke/gke-cluster';
import { AKS_CREATE_SETTINGS, AKS_OF_STACK_SETTINGS, AKS_SETTINGS, aksSpec } from './aks-settings';
import { EKS_OF_STACK_SETTINGS, EKS_SETTINGS } from './cloud-settings';
import { EKS_CREATE_SETTINGS, specOf } from './eks-settings';
import { GKE_CREATE_SETTINGS, GKE_OF_STACK_SETTINGS, GKE_SETTINGS, gkeSpec } from './gke-settings';
import type { SettingsReader } from './read-settings';

/** What decides where a cluster and the facts of it come from. */
export interface Layer {
  readonly target: TargetFacts['target'];
  readonly cluster: 'existing' | 'create';
  readonly clusterStack: string | undefined;
  readonly systems: readonly string[];
  readonly profile: keyof typeof PROFILES;
  readonly kubernetesVersion: string;
  readonly disksBy?: string | undefined;
  readonly fastDisks?: object | undefined;
}

/** The settings of the namespace `eks`, as many as are needed. Undefined where one is wrong. */
export function readEks(reader: SettingsReader, layer: Layer): EksSource | undefined {
  if (layer.cluster === 'create') {
    const asked = reader.read('eks', EKS_CREATE_SETTINGS);
    const around = { profile: PROFILES[layer.profile], kubernetesVersion: layer.kubernetesVersion };
    return asked && { from: 'create', spec: specOf({ ...asked, zones: asked.zones ?? zonesOf(asked.region) }, around) };
  }
  if (layer.clusterStack !== undefined) {
    const known = reader.read('eks', EKS_OF_STACK_SETTINGS);
    const zones = known?.zones ?? zonesOf(known?.region ?? '');
    return known && { from: 'stack', stack: layer.clusterStack, known: { ...known, zones } };
  }
  const cluster = reader.read('eks', EKS_SETTINGS);
  return cluster && { from: 'configuration', cluster };
}

/** The same, of the namespace `aks`. */
export function readAks(reader: SettingsReader, layer: Layer): AksSource | undefined {
  if (layer.cluster === 'create') {
    const asked = reader.read('aks', AKS_CREATE_SETTINGS);
    const around = { profile: PROFILES[layer.profile], kubernetesVersion: layer.kubernetesVersion };
    return asked && { from: 'create', spec: aksSpec(asked, around) };
  }
  if (layer.clusterStack !== undefined) {
    const known = reader.read('aks', AKS_OF_STACK_SETTINGS);
    return known && { from: 'stack', stack: layer.clusterStack, known };
  }
  const cluster = reader.read('aks', AKS_SETTINGS);
  return cluster && { from: 'configuration', cluster };
}

/** The same, of the namespace `gke`. */
export function readGke(reader: SettingsReader, layer: Layer): GkeSource | undefined {
  if (layer.cluster === 'create') {
    const asked = reader.read('gke', GKE_CREATE_SETTINGS);
    const around = { profile: PROFILES[layer.profile], kubernetesVersion: layer.kubernetesVersion };
    return asked && { from: 'create', spec: gkeSpec(asked, around) };
  }
  if (layer.clusterStack !== undefined) {
    const known = reader.read('gke', GKE_OF_STACK_SETTINGS);
    return known && { from: 'stack', stack: layer.clusterStack, known };
  }
  const cluster = reader.read('gke', GKE_SETTINGS);
  return cluster && { from: 'configuration', cluster };
}

/** Targets that take the facts of their cluster from another stack, and that make one. */
const JOINING: readonly TargetFacts['target'][] = ['eks', 'gke', 'aks', 'existing'];
const MAKING: readonly TargetFacts['target'][] = ['eks', 'gke', 'aks'];

/** What the layers of a stack say against each other. */
export function layerProblems(layer: Layer, where: string): Problem[] {
  const { target, cluster, clusterStack, systems, profile, disksBy, fastDisks } = layer;
  const problems: Problem[] = [];
  const tell = (code: string, severity: Problem['severity'], what: string, fix: string) =>
    problems.push({ code, severity, where, what, fix });
  const makes = cluster === 'create';
  if (clusterStack !== undefined && !JOINING.includes(target)) {
    const what = `seaworthy:clusterStack is ${clusterStack}, and the target ${target} takes nothing from another stack: it would be ignored.`;
    tell('SW-LAYER-001', 'error', what, 'delete seaworthy:clusterStack');
  }
  if (clusterStack !== undefined && makes) {
    const what = `seaworthy:cluster is create, and seaworthy:clusterStack is ${clusterStack}: a cluster is made here, or by another stack.`;
    tell('SW-LAYER-002', 'error', what, 'delete one of the two');
  }
  if (makes && !MAKING.includes(target)) {
    const what = `seaworthy:cluster is create, and the target ${target} makes no cluster.`;
    tell('SW-LAYER-003', 'error', what, `seaworthy:target: ${MAKING.join(' | ')}; or seaworthy:cluster: existing`);
  }
  if (systems.length === 0 && !makes) {
    const what = 'seaworthy:systems is empty, and seaworthy:cluster is not create: this stack would make nothing.';
    tell('SW-LAYER-004', 'error', what, 'seaworthy:systems: [talos]; or seaworthy:cluster: create');
  }
  if (makes && systems.length > 0 && profile === 'prod') {
    const what = `this stack makes the cluster and ${systems.join(', ')} on it: whoever destroys or rolls back the one does it to both.`;
    tell(
      'SW-LAYER-005',
      'warning',
      what,
      'a stack for the cluster, with seaworthy:systems: []; seaworthy:clusterStack here',
    );
  }
  if ((disksBy ?? fastDisks) !== undefined && (target !== 'existing' || disksBy === undefined)) {
    const why = target === 'existing' ? 'seaworthy:disksBy names no driver' : `the disks of ${target} are its own`;
    const what = `seaworthy:${disksBy === undefined ? 'fastDisks' : 'disksBy'} is set, and ${why}: it would be ignored.`;
    tell(
      'SW-LAYER-006',
      'error',
      what,
      target === 'existing' ? 'seaworthy:disksBy: rbd.csi.ceph.com' : 'delete the key',
    );
  }
  return problems;
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
