import type { Inputs } from '@pulumi/pulumi/output';
import {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  ProviderResource,
} from '@pulumi/pulumi/resource';
import { outputOf } from './restore';

/**
 * Any custom resource, by its token. One class fits every kind of every provider: it is faster than the generated ones, loads no
 * cloud SDK, and gives the same resources. `outputs` are the ones that somebody reads.
 */
export class GenericResource extends CustomResource {
  constructor(type: string, name: string, inputs: Inputs, outputs: Iterable<string>, options: CustomResourceOptions) {
    const declared: Record<string, unknown> = {};
    for (const name of outputs) declared[name] = undefined;
    super(type, name, { ...declared, ...inputs }, options);
  }
}

/** A part or a system in Pulumi's tree. */
export class GenericComponent extends ComponentResource {
  constructor(type: string, name: string, options: ComponentResourceOptions) {
    super(type, name, {}, options);
    this.registerOutputs({});
  }
}

/** Any provider. Its inputs travel as texts: what is no text is sent as JSON, as the generated classes do. */
export class GenericProvider extends ProviderResource {
  constructor(pkg: string, name: string, inputs: Inputs, options: CustomResourceOptions) {
    const texts = Object.entries(inputs).map(([key, value]) => {
      return [key, outputOf(value).apply((known) => (typeof known === 'string' ? known : JSON.stringify(known)))];
    });
    super(pkg, name, Object.fromEntries(texts), options);
  }
}
