import type { Construct } from 'constructs';
import type { HasEndpoint } from '../core/endpoint';
import { secretBundle } from './secret-bundle';

/** Keeps the user and the password of an endpoint in a Secret, keys `username` and `password`, for programs that look there. */
export function keepCredentials(of: Construct & HasEndpoint, secret: string): void {
  const { username = '', password } = of.endpoint;
  const bundle = secretBundle(of, secret);
  bundle.add('username', [username], of.node.path);
  if (password !== undefined) bundle.add('password', [{ secret: password, encode: 'none' }], of.node.path);
}
