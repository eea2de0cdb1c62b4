export { configSource } from './config';
export { program } from './program';
export { RefusedError, register, type RegisterOptions } from './register';
