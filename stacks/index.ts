import type { Construct } from 'constructs';
import type { SystemDefinition } from './environment';
import type { SettingsReader } from './read-settings';
import type { Settings, Values } from './setting';
import type { Surroundings } from './surroundings';

type Around = Omit<Surroundings<unknown>, 'settings'>;
type Build = (scope: Construct, around: Around) => void;

function system<S extends Settings>(
  settings: S,
  create: (scope: Construct, props: Surroundings<Values<S>>) => void,
): SystemDefinition<Build> {
  return {
    read: (reader, namespace) => {
      const values = reader.read(namespace, settings);
      return values === undefined ? undefined : (scope, around) => create(scope, { ...around, settings: values });
    },
  };
}

/** A system whose files are loaded only where it is chosen. */
function later(load: () => SystemDefinition<Build>): SystemDefinition<Build> {
  return { read: (reader: SettingsReader, namespace: string) => load().read(reader, namespace) };
}

const platform = (): typeof import('./platform') => require('./platform');
const platformSettings = (): typeof import('./platform-settings') => require('./platform-settings');
const talos = (): typeof import('./talos') => require('./talos');
const talosSettings = (): typeof import('./talos-settings') => require('./talos-settings');
const tallow = (): typeof import('./tallow') => require('./tallow');
const tallowSettings = (): typeof import('./tallow-settings') => require('./tallow-settings');
const ticolops = (): typeof import('./ticolops') => require('./ticolops');
const ticolopsSettings = (): typeof import('./ticolops-settings') => require('./ticolops-settings');
const todo = (): typeof import('./todo') => require('./todo');
const todoSettings = (): typeof import('./todo-settings') => require('./todo-settings');
const alcs = (): typeof import('./alcs') => require('./alcs');
const alcsSettings = (): typeof import('./alcs-settings') => require('./alcs-settings');

/** The systems that a stack can choose in `seaworthy:systems`. */
export const SYSTEMS = {
  platform: later(() =>
    system(platformSettings().PLATFORM_SETTINGS, (scope, props) => new (platform().PlatformAddOns)(scope, props)),
  ),
  talos: later(() => system(talosSettings().TALOS_SETTINGS, (scope, props) => new (talos().Talos)(scope, props))),
  tallow: later(() => system(tallowSettings().TALLOW_SETTINGS, (scope, props) => new (tallow().Tallow)(scope, props))),
  ticolops: later(() =>
    system(ticolopsSettings().TICOLOPS_SETTINGS, (scope, props) => new (ticolops().Ticolops)(scope, props)),
  ),
  todo: later(() => system(todoSettings().TODO_SETTINGS, (scope, props) => new (todo().Todo)(scope, props))),
  alcs: later(() => system(alcsSettings().ALCS_SETTINGS, (scope, props) => new (alcs().Alcs)(scope, props))),
};
