import type { Construct } from 'constructs';
import type { Platform } from '../constructs/core/platform';
import type { SystemDefinition } from './environment';
import { PLATFORM_SETTINGS, PlatformAddOns } from './platform';
import type { Settings, Values } from './setting';
import { Talos } from './talos';
import { TALOS_SETTINGS } from './talos-settings';

interface Surroundings {
  readonly platform: Platform;
  readonly environment: string;
}

type Build = (scope: Construct, surroundings: Surroundings) => void;

function system<S extends Settings>(
  settings: S,
  create: (scope: Construct, props: Surroundings & { readonly settings: Values<S> }) => void,
): SystemDefinition<Build> {
  return {
    settings,
    read: (reader, namespace) => {
      const values = reader.read(namespace, settings);
      return values === undefined ? undefined : (scope, around) => create(scope, { ...around, settings: values });
    },
  };
}

/** The systems that a stack can choose in `seaworthy:systems`. */
export const SYSTEMS = {
  platform: system(PLATFORM_SETTINGS, (scope, props) => new PlatformAddOns(scope, props)),
  talos: system(TALOS_SETTINGS, (scope, props) => new Talos(scope, props)),
};
