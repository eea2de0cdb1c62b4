import type { Construct } from 'constructs';
import { type Brought, bring } from '../constructs/core/brought';
import type { Platform } from '../constructs/core/platform';
import { aks } from './aks/aks';
import { eks } from './eks/eks';
import { existing } from './existing';
import type { TargetFacts } from './facts';
import { gke } from './gke/gke';
import { minikube } from './minikube';

/** Makes the platform of a target below `scope`, with the providers of its cluster and its cloud. */
export function platformOn(scope: Construct, facts: TargetFacts): Platform {
  bring(scope, ...(facts.brings ?? []).map(saidToBeThere));
  switch (facts.target) {
    case 'minikube':
      return minikube(scope, facts);
    case 'existing':
      return existing(scope, facts);
    case 'eks':
      return eks(scope, facts, needed(facts.eks, 'eks'));
    case 'gke':
      return gke(scope, facts, needed(facts.gke, 'gke'));
    case 'aks':
      return aks(scope, facts, needed(facts.aks, 'aks'));
    default:
      return facts.target satisfies never;
  }
}

/** `Secret shop/stripe` */
function saidToBeThere(told: string): Brought {
  const [, kind = '', namespace, name = ''] = /^(.*?) (?:([^ /]+)\/)?([^ /]+)$/.exec(told) ?? [];
  return { kind, name, source: 'seaworthy:brings', ...(namespace === undefined ? {} : { namespace }) };
}

/** What the settings of a target's own namespace say. */
function needed<Cluster>(cluster: Cluster | undefined, namespace: string): Cluster {
  if (cluster === undefined)
    throw new Error(`the target ${namespace} needs the settings of the namespace ${namespace}`);
  return cluster;
}
