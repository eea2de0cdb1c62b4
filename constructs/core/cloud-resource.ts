import { Construct } from 'constructs';
import { type NodeOptions, nodeOptions } from './node-options';
import { attribute, numberAttribute } from './value';

export interface CloudResourceProps<Args> extends NodeOptions {
  /** Pulumi type token: `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Typed by the cloud SDK's own interface, with `import type`, so that the compiler checks them. */
  readonly inputs: Args;
}

const CLOUD_RESOURCE = Symbol.for('seaworthy.CloudResource');

/**
 * A resource of a cloud (or of any Pulumi provider) as a node of the graph. Nothing is created here: the bridge does, after all
 * checks. `State` is the SDK's resource class, and names the outputs.
 *
 *     new CloudResource<rds.InstanceArgs, rds.Instance>(this, 'instance', { type: 'aws:rds/instance:Instance', inputs });
 */
export class CloudResource<Args extends object = object, State = Record<string, unknown>> extends Construct {
  readonly type: string;
  readonly inputs: Args;

  static isCloudResource(construct: unknown): construct is CloudResource {
    return typeof construct === 'object' && construct !== null && CLOUD_RESOURCE in construct;
  }

  constructor(scope: Construct, id: string, { type, inputs, ...options }: CloudResourceProps<Args>) {
    super(scope, id);
    Object.defineProperty(this, CLOUD_RESOURCE, { value: true });
    this.type = type;
    this.inputs = inputs;
    nodeOptions(this, options);
  }

  /** `aws` of `aws:rds/instance:Instance`; of a provider's own type, what it provides for. */
  get package(): string {
    const [first, , last] = this.type.split(':');
    return (first === 'pulumi' ? last : first) ?? '';
  }

  /** The marker of an output, for any prop that asks for a string. */
  output(name: keyof State & string, path = ''): string {
    return attribute(this, name + path);
  }

  /** As {@link output}, for an output that is secret. */
  secretOutput(name: keyof State & string, path = ''): string {
    return attribute(this, name + path, { secret: true });
  }

  /** As {@link output}, where a number is asked for. */
  numberOutput(name: keyof State & string): number {
    return numberAttribute(this, name);
  }
}
