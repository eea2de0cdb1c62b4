import type { Construct, IConstruct } from 'constructs';
import { CloudResource } from './cloud-resource';

/** Pulumi's own: read, never made. */
export const STACK_REFERENCE = 'pulumi:pulumi:StackReference';

/**
 * What another stack tells: a StackReference as a node of the graph. Its outputs are markers, for any prop that asks for a string; offline they
 * are unknown, and an up or a preview with an engine is refused where the other stack does not have them.
 *
 *     const cluster = new StackOutputs(this, 'cluster-stack', 'acme/seaworthy/cluster');
 *     vpcId: cluster.text('vpc'), subnetIds: cluster.texts('subnets', 3)
 */
export class StackOutputs extends CloudResource<{ readonly name: string }> {
  constructor(scope: Construct, id: string, stack: string) {
    super(scope, id, { type: STACK_REFERENCE, inputs: { name: stack } });
  }

  /** The marker of an output that is a text. */
  text(name: string): string {
    return this.output(name);
  }

  /** As {@link text}, of a secret. */
  secretText(name: string): string {
    return this.secretOutput(name);
  }

  /** The markers of a list. How long it is must be known before anything is asked: it decides what is made. */
  texts(name: string, length: number): readonly string[] {
    return Array.from({ length }, (_, i) => this.output(name, `[${i}]`));
  }
}

/** Whichever copy of this module made it. */
export function isStackOutputs(construct: IConstruct): boolean {
  return CloudResource.isCloudResource(construct) && construct.type === STACK_REFERENCE;
}
