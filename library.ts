/** What `import … from 'seaworthy'` gives. */
export { type RegisterOptions, program, RefusedError, register } from './bridge';
export * from './constructs';
