import type { IResolver, ResolutionContext } from 'cdk8s';
import { fromOutput, isOutput } from './value';

/** Lets Pulumi Outputs stand in any prop of any cdk8s construct: `new App({ resolvers: [new OutputResolver()] })`. */
export class OutputResolver implements IResolver {
  resolve(context: ResolutionContext): void {
    const value: unknown = context.value;
    if (isOutput(value)) context.replaceValue(fromOutput(value));
  }
}
