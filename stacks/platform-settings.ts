import { ADD_ONS } from '../constructs/add-ons/add-on';
import type { Platform } from '../constructs/core/platform';
import type { Problem } from '../constructs/core/problem';
import { choices, count, flag, host, optional, or, type Settings, secret, text, texts, type Values } from './setting';
import { bucket, names, objectName, region } from './typed-texts';

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
  'storageClass.isDefault': optional(
    flag('volumes that name no class are of it; where the cluster has no default, nobody says otherwise'),
  ),
  'secretStore.namespaces': optional(texts('namespaces that may use the store of External Secrets', 'talos-system')),
  'secretStore.stacks': optional(texts('stacks whose secrets it reads', 'prod')),
  'secretStore.keys': optional(
    names(
      'secrets of other names that it reads',
      '[alcs/production]',
      /^[\w./+=@:-]{1,512}$/,
      'each must be a key of the store: letters, digits and ./+=@:_-',
    ),
  ),
  'velero.bucket': optional(
    bucket('bucket for copies of namespaces that exists; else one is made, where the target can', 'acme-velero'),
  ),
  'velero.region': or(region('its region'), 'eu-central-1'),
  'kibana.host': optional(host('host of Kibana', 'logs.acme.org')),
} satisfies Settings;

export type PlatformSettings = Values<typeof PLATFORM_SETTINGS>;

/** What of the settings cannot be, and what stands for something of somebody's own. */
export function platformProblems(settings: PlatformSettings, platform: Platform): Problem[] {
  return [...problemsWith(settings), ...missing(settings, platform)];
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
  if (addOns.includes('ingress-nginx') && addOns.includes('traefik')) {
    error(
      'SW-PLATFORM-009',
      'addOns has ingress-nginx and traefik; both would serve the Ingresses of class nginx.',
      'platform:addOns: traefik, which is maintained',
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
function missing(settings: PlatformSettings, { profile, operator }: Platform): Problem[] {
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
      !addOns.includes(addOn) ||
      settings[key] !== undefined ||
      (key === 'onCall.webhook' && !profile.protectData) ||
      (key === 'velero.bucket' && operator !== undefined);
    if (isFine) return [];
    return [
      { code: 'SW-PLATFORM-006', severity: 'placeholder', what: `${what}.`, fix: `pulumi config set --path ${set}` },
    ];
  });
}
