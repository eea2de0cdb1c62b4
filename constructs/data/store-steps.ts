import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-27';
import type { Store } from '../core/platform';
import { VERSIONS } from '../core/versions';
import { type Step, scriptEnv } from '../service/scheduled-job';

const FOLDER = join(__dirname, 'scripts');
const texts = new Map<string, string>();

/** Texts of our scripts, by file name. */
export function scripts(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, scriptText(name)]));
}

function scriptText(name: string): string {
  const known = texts.get(name) ?? readFileSync(join(FOLDER, name), 'utf8');
  texts.set(name, known);
  return known;
}

/** A step that copies between /work and a store, by rclone. */
export function storeStep(
  name: string,
  script: string,
  { remote, folder, claim }: Store,
  env: Readonly<Record<string, string>>,
): Step {
  return {
    name,
    image: VERSIONS.rclone.image,
    shell: 'sh',
    script,
    env: scriptEnv({ RCLONE_CONFIG: '/dev/null', ...remote, FOLDER: folder, ...env }),
    ...(claim === undefined ? {} : { mounts: [{ name: 'store', mountPath: '/store' }] }),
  };
}

/** The volume of a store that is one. */
export function storeVolumes({ claim }: Store): k8s.Volume[] {
  return claim === undefined ? [] : [{ name: 'store', persistentVolumeClaim: { claimName: claim } }];
}
