import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { ADD_ONS, AddOn } from '../constructs/add-ons/add-on';
import { component } from '../constructs/core/node-options';
import { type Problem, report } from '../constructs/core/problem';
import { diskClass } from '../constructs/data/fast-disk';
import { choices, count, host, optional, or, type Settings, secret, text, type Values } from './setting';
import type { Surroundings } from './surroundings';
import { bucket, objectName, region } from './typed-texts';

export const PLATFORM_SETTINGS = {
  addOns: choices('operators that the systems of this cluster rely on', ADD_ONS),
  'letsEncrypt.email': optional(
    text('address for the account of Let’s Encrypt', 'admin@acme.org', /@/, 'it must be an address'),
  ),
  'metrics.days': or(count('days that metrics are kept'), 15),
  'logs.days': or(count('days that logs are kept'), 14),
  'onCall.webhook': optional(secret('where alerts go: a webhook, whose address is a credential')),
  'onCall.dailyWebhook': optional(secret('where alerts go that wait for the day, where that is somewhere else')),
  storageClass: optional(objectName('StorageClass that is made here, of the fast disks of the target', 'gp3')),
  'velero.bucket': optional(bucket('bucket for copies of namespaces', 'acme-velero')),
  'velero.region': or(region('its region'), 'eu-central-1'),
  'kibana.host': optional(host('host of Kibana', 'logs.acme.org')),
} satisfies Settings;

type PlatformSettings = Values<typeof PLATFORM_SETTINGS>;

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
      loadBalancer: platform.loadBalancer,
      velero: { bucket: settings['velero.bucket'] ?? 'velero', region: settings['velero.region'] },
      kibana: settings['kibana.host'] ?? 'logs.example.com',
      acmeEmail: settings['letsEncrypt.email'],
      protect: platform.profile.protectData,
    };
    if (settings.storageClass !== undefined) diskClass(this, settings.storageClass, platform);
    for (const name of settings.addOns) new AddOn(this, name, options);
    report(this, () => [...problemsWith(settings), ...missing(settings, platform.profile.protectData)]);
  }
}

function problemsWith({ addOns, 'letsEncrypt.email': email }: PlatformSettings): Problem[] {
  const problems: Problem[] = [];
  const error = (code: string, what: string, fix: string) => problems.push({ code, severity: 'error', what, fix });
  if (addOns.includes('loki') && addOns.includes('elastic')) {
    error(
      'SW-PLATFORM-001',
      'addOns has loki and elastic; every line would be kept twice.',
      'platform:addOns: one of the two',
    );
  }
  if (addOns.includes('cloudnative-pg') && !addOns.includes('cert-manager')) {
    error(
      'SW-PLATFORM-002',
      'addOns has cloudnative-pg, whose plugin needs cert-manager.',
      'platform:addOns: cert-manager too',
    );
  }
  if (email !== undefined && !addOns.includes('cert-manager')) {
    error(
      'SW-PLATFORM-003',
      'letsEncrypt.email is set, but addOns has no cert-manager to issue anything.',
      'platform:addOns: cert-manager too',
    );
  }
  return problems;
}

/** What stands for something of somebody's own: an up would make an Ingress for it, write to it, or call nobody. */
function missing(settings: PlatformSettings, isProduction: boolean): Problem[] {
  const { addOns } = settings;
  const wanted = [
    [
      'elastic',
      'kibana.host',
      'platform:kibana.host logs.acme.org',
      'Kibana has no host: logs.example.com stands for it',
    ],
    ['velero', 'velero.bucket', 'platform:velero.bucket acme-velero', 'velero has no bucket: "velero" stands for it'],
    ['prometheus', 'onCall.webhook', '--secret platform:onCall.webhook', 'alerts reach nobody: there is no webhook'],
  ] as const;
  return wanted.flatMap(([addOn, key, set, what]): Problem[] => {
    const isFine =
      !addOns.includes(addOn) || settings[key] !== undefined || (key === 'onCall.webhook' && !isProduction);
    if (isFine) return [];
    return [
      { code: 'SW-PLATFORM-006', severity: 'placeholder', what: `${what}.`, fix: `pulumi config set --path ${set}` },
    ];
  });
}
