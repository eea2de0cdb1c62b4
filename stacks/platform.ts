import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { ADD_ONS, AddOn } from '../constructs/add-ons/add-on';
import { component } from '../constructs/core/node-options';
import { choices, type Settings, type Values } from './setting';

export const PLATFORM_SETTINGS = {
  addOns: choices('operators that the systems of this cluster rely on', ADD_ONS),
} satisfies Settings;

/** What a cluster needs before systems run on it. A stack of its own in production; on a laptop, beside the system. */
export class PlatformAddOns extends Chart {
  constructor(scope: Construct, { settings }: { readonly settings: Values<typeof PLATFORM_SETTINGS> }) {
    super(scope, 'platform');
    component(this, 'seaworthy:core:Platform');
    for (const name of settings.addOns) new AddOn(this, name);
  }
}
