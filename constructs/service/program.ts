import type { Output } from '@pulumi/pulumi/output';
import type { k8s } from 'cdk8s-plus-27';
import { commandText } from '../core/expansion';
import { imageProblems } from '../core/image';
import type { Problem } from '../core/problem';
import { fromOutput, isOutput } from '../core/value';

/** What a container runs, and as whom: the same of every part that runs one. */
export interface ProgramProps {
  /** Image, by tag or digest; `latest` is refused. An Output, of an image that Pulumi builds, is taken as it comes. */
  readonly image: string | Output<string>;
  /** Numeric user; root is refused. @default 1001 */
  readonly user?: number;
  /** Secret by which nodes pull the image: what `pullSecret` gave. @default the registry asks for none */
  readonly pullSecret?: string;
}

export const PROGRAM_PROPS = { image: true, user: true, pullSecret: true } as const;
export const DEFAULT_USER = 1001;

/** A plain text, or the marker of what comes after apply. */
export function imageOf({ image }: Pick<ProgramProps, 'image'>): string {
  const given: unknown = image;
  if (isOutput(given)) return fromOutput(given);
  return typeof given === 'string' ? given : `${given}`;
}

export function pullSecretsOf({ pullSecret }: Pick<ProgramProps, 'pullSecret'>): Pick<k8s.PodSpec, 'imagePullSecrets'> {
  return pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] };
}

/** As it is to be run; two dollars stay two dollars. */
export function commandOf(command: readonly string[]): string[] {
  return command.map((word) => (typeof word === 'string' ? commandText(word) : word));
}

export function programProblems(props: ProgramProps): Problem[] {
  const { image, user }: { image: unknown; user?: unknown } = props;
  return [...(isOutput(image) ? [] : imageIs(image)), ...userIs(user)];
}

function imageIs(image: unknown): Problem[] {
  if (typeof image === 'string') return imageProblems(image);
  const what = `image is ${image === undefined ? 'undefined: nobody set it' : 'no text'}.`;
  return [{ code: 'SW-IMAGE-002', severity: 'error', what, fix: "image: 'ghcr.io/acme/api:1.2.3'" }];
}

function userIs(user: unknown): Problem[] {
  if (user === undefined || (typeof user === 'number' && Number.isInteger(user) && user > 0)) return [];
  const isRoot = user === 0;
  const what = isRoot
    ? 'user is 0 (root), which Pod Security "restricted" refuses.'
    : `user is ${String(user)}; it must be the number of a user, above 0.`;
  return [{ code: 'SW-POD-001', severity: 'error', what, fix: `user: ${DEFAULT_USER}` }];
}
