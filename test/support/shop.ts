import type { Construct } from 'constructs';
import { Gateway, type GatewayProps, IN_CLUSTER, type Platform, System } from '../../constructs';
import type { Problem } from '../../constructs/core/problem';
import type { Graph } from '../../graph/graph';
import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { graphOf } from './offline';
import { objectIn } from './systems';

/** A system of somebody else's, for one fact. */
export function shop(build: (system: System, app: Construct) => void, platform: Platform = IN_CLUSTER): Graph {
  return graphOf((app) => build(new System(app, 'shop', { namespace: 'shop', platform }), app));
}

export function api(system: System, props: Partial<GatewayProps> = {}): Gateway {
  return new Gateway(system, 'api', { image: 'ghcr.io/acme/api:1.0', port: 8080, ...props });
}

export function problemsIn(build: (system: System, app: Construct) => void): readonly Problem[] {
  return soundness(shop(build), { kubernetesVersion: '1.35', environment: 'dev' });
}

export function codesIn(build: (system: System, app: Construct) => void): string[] {
  return problemsIn(build).map((p) => p.code);
}

/** The first container of a workload. */
export function containerIn(graph: Graph, kind: string, name: string): unknown {
  const path = kind === 'CronJob' ? ['jobTemplate', 'spec', 'template'] : ['template'];
  return list(at(objectIn(graph, kind, name).inputs, 'spec', ...path, 'spec', 'containers'))[0];
}
