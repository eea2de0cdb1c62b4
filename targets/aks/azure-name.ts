import type { RandomString, RandomStringArgs } from '@pulumi/random';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import { text } from '../../constructs/core/compose';
import { keyOf } from '../../constructs/core/labels';

const LETTERS = 6;

/** Forms of names that are one in all of Azure: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const FORMS = {
  /** Microsoft.DBforPostgreSQL/flexibleServers, Microsoft.Cache/redisEnterprise */
  dashed: { longest: 60, join: '-' },
  /** Microsoft.Storage/storageAccounts: letters and digits only. */
  storage: { longest: 24, join: '' },
  /** Microsoft.Cdn/profiles/afdEndpoints */
  endpoint: { longest: 46, join: '-' },
} as const;

/** The name of a part with letters after it that Pulumi draws once. Gives a marker. */
export function uniqueName(scope: Construct, environment: string, form: keyof typeof FORMS, of = keyOf(scope)): string {
  const suffix = suffixOf(scope);
  const { longest, join } = FORMS[form];
  const name = `${of}-${environment}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, join);
  const head = name.slice(0, longest - LETTERS - join.length).replace(/-+$/, '');
  return text`${head}${join}${suffix}`;
}

/** One of a part, however many names it has. */
function suffixOf(scope: Construct): string {
  const found = scope.node.tryFindChild('suffix');
  if (CloudResource.isCloudResource(found)) return found.output('result');
  const made = new CloudResource<RandomStringArgs, RandomString>(scope, 'suffix', {
    type: 'random:index/randomString:RandomString',
    inputs: { length: LETTERS, special: false, upper: false },
  });
  return made.output('result');
}

/** A name that is one in its resource group. */
export function nameInGroup(scope: Construct, environment: string, longest = 80): string {
  const name = `${keyOf(scope)}-${environment}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return name.slice(0, longest).replace(/-+$/, '');
}
