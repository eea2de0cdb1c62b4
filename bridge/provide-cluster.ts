import { getProject, getStack } from '@pulumi/pulumi/runtime/settings';
import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { clusterProvider } from '../constructs/core/cluster-provider';
import { HelmRelease } from '../constructs/core/helm-release';
import { provide, providersOf } from '../constructs/core/node-options';

/** Gives objects that have no provider of their own the ambient cluster, through our provider. */
export function provideCluster(app: IConstruct): void {
  if (!(app instanceof Construct) || !needsCluster(app)) return;
  const clusterIdentifier = `${getProject()}/${getStack()}`;
  provide(app, clusterProvider(app, 'seaworthy-cluster', { clusterIdentifier }));
}

function needsCluster(construct: IConstruct): boolean {
  if (providersOf(construct).kubernetes !== undefined) return false;
  if (ApiObject.isApiObject(construct) || HelmRelease.isHelmRelease(construct)) return true;
  return construct.node.children.some(needsCluster);
}
