export { configSource } from './config';
export { program } from './program';
export { RefusedError, type RegisterOptions, register } from './register';
export { onlySystem } from './session';
