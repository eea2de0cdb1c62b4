import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { AddOn, type PlatformOptions } from '../constructs/add-ons/add-on';
import { component } from '../constructs/core/node-options';
import type { Platform } from '../constructs/core/platform';
import { report } from '../constructs/core/problem';
import { diskClass } from '../constructs/data/fast-disk';
import { type PlatformSettings, platformProblems } from './platform-settings';
import type { Surroundings } from './surroundings';

/** What a cluster needs before systems run on it. A stack of its own in production; on a laptop, beside the systems. */
export class PlatformAddOns extends Chart {
  constructor(scope: Construct, { platform, settings }: Surroundings<PlatformSettings>) {
    super(scope, 'platform');
    component(this, 'seaworthy:core:Platform');
    const [webhook, daily] = [settings['onCall.webhook'], settings['onCall.dailyWebhook']];
    const options = {
      metricsDays: settings['metrics.days'],
      logDays: settings['logs.days'],
      onCall: webhook?.from === 'pulumi' ? webhook.value : undefined,
      dailyCall: daily?.from === 'pulumi' ? daily.value : undefined,
      isWatched: settings.addOns.includes('prometheus'),
      storageClass: settings.storageClass ?? platform.storageClass,
      frontDoor: platform.frontDoor,
      loadBalancer: platform.loadBalancer,
      operator: platform.operator,
      secretStore: storeOf(platform, settings),
      kubernetesVersion: platform.kubernetesVersion,
      isOwnBucket: settings['velero.bucket'] === undefined,
      velero: { bucket: settings['velero.bucket'] ?? 'velero', region: settings['velero.region'] },
      kibana: settings['kibana.host'] ?? 'logs.example.com',
      acmeEmail: settings['letsEncrypt.email'],
      protect: platform.profile.protectData,
    };
    if (settings.storageClass !== undefined) {
      diskClass(
        this,
        settings.storageClass,
        'usual',
        platform,
        settings['storageClass.isDefault'] ?? !platform.disks.hasDefault,
      );
    }
    const made = new Map(settings.addOns.map((name) => [name, new AddOn(this, name, options)]));
    // It looks for the kinds of Gateway API when it starts, and not again.
    const [certificates, gateways] = [made.get('cert-manager'), made.get('envoy-gateway')];
    if (certificates !== undefined && gateways !== undefined) certificates.node.addDependency(gateways);
    report(this, () => platformProblems(settings, platform));
  }
}

/** The one that systems name: `seaworthy:secretStore`. */
function storeOf({ secrets }: Platform, settings: PlatformSettings): PlatformOptions['secretStore'] {
  const { 'secretStore.namespaces': namespaces, 'secretStore.stacks': stacks, 'secretStore.keys': keys } = settings;
  if (secrets.kind !== 'external' || (namespaces === undefined && stacks === undefined)) return undefined;
  return { name: secrets.store.name, namespaces: namespaces ?? [], stacks: stacks ?? [], keys: keys ?? [] };
}
