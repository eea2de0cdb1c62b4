/** What `import … from 'seaworthy'` gives. */
export { configSource, program, RefusedError, type RegisterOptions, register } from './bridge';
export * from './constructs';
export { readEnvironment } from './stacks/environment';
export * as setting from './stacks/setting';
export { platformOn } from './targets';
export type { TargetFacts } from './targets/facts';
