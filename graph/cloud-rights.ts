import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Problem } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import type { GraphNode } from './graph';
import { isRecord, list } from './json-value';

/** Managed policies that allow nearly everything. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html */
const WIDE_POLICIES = /:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|job-function\/SystemAdministrator)/;
/** https://cloud.google.com/iam/docs/roles-overview#basic */
const WIDE_ROLES = /^roles\/(owner|editor)$/;
/** Owner, Contributor, User Access Administrator. https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles */
const WIDE_DEFINITIONS: Readonly<Record<string, string>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': 'Owner',
  'b24988ac-6180-42a0-ab88-20f7382dd24c': 'Contributor',
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': 'User Access Administrator',
};
/** Services of AWS whose every resource is never what is meant: data, keys, and who may do what. */
const OF_DATA = /^(s3|secretsmanager|kms|ssm|dynamodb|iam|sts|sqs|sns):/i;

/** Rights in a cloud that are wider than any work: `*` in a policy, the administrator's own policies. Refused in a System, named elsewhere. */
export function cloudRightsProblems(nodes: readonly GraphNode[]): Problem[] {
  const systems = new Set(nodes.filter((n) => isSystem(n.construct)).map((n) => n.path));
  return nodes.flatMap((node) => {
    if (node.form !== 'cloud') return [];
    const severity = node.system !== undefined && systems.has(node.system) ? 'error' : 'warning';
    return wideIn(node).map((what): Problem => {
      const fix =
        'the actions and the resources that the work needs, by name: s3:GetObject on arn:aws:s3:::acme-files/*';
      return { code: 'SW-ACCESS-005', severity, where: node.path, what, fix };
    });
  });
}

function wideIn({ type, inputs }: GraphNode): string[] {
  return Object.entries(inputs).flatMap(([field, value]): string[] => {
    if (type.startsWith('gcp:') && field === 'role' && typeof value === 'string' && WIDE_ROLES.test(value))
      return [`${field} is ${value}, which is nearly everything.`];
    if (type.startsWith('azure-native:') && field === 'roleDefinitionId') return ofDefinition(value);
    if (!type.startsWith('aws:')) return [];
    if (field === 'inlinePolicies')
      return list(value).flatMap((one, i) => (isRecord(one) ? ofPolicy(one.policy, `${field}[${i}]`) : []));
    if (/policyarns?$/i.test(field)) return [value].flat().flatMap((arn) => ofManaged(arn, field));
    return /policy$/i.test(field) ? ofPolicy(value, field) : [];
  });
}

/** Its last step is the same in every subscription. */
function ofDefinition(id: unknown): string[] {
  const text = typeof id === 'string' && isMarker(id) ? written(id) : id;
  const name = typeof text === 'string' ? WIDE_DEFINITIONS[text.split('/').at(-1)?.toLowerCase() ?? ''] : undefined;
  return name === undefined ? [] : [`roleDefinitionId is ${name}, which is nearly everything.`];
}

function ofManaged(arn: unknown, field: string): string[] {
  const name = typeof arn === 'string' ? WIDE_POLICIES.exec(arn)?.[1] : undefined;
  return name === undefined ? [] : [`${field} is ${name}, which is nearly everything.`];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
function ofPolicy(document: unknown, field: string): string[] {
  const policy = parsed(document);
  if (!isRecord(policy)) return [];
  return [policy.Statement].flat().flatMap((statement, i) => {
    if (!isRecord(statement) || statement.Effect !== 'Allow') return [];
    const why = wideOf(statement);
    return why === undefined ? [] : [`${field}, statement ${i + 1}, allows ${why}.`];
  });
}

function wideOf(statement: Record<string, unknown>): string | undefined {
  const [actions, resources] = [texts(statement.Action), texts(statement.Resource)];
  if (statement.NotAction !== undefined) return 'every action but some (NotAction), those that come later too';
  if (actions.some((action) => /^\*(:\*)?$/.test(action))) return 'every action (*)';
  if (isAnybody(statement.Principal) && statement.Condition === undefined) return 'anybody (Principal *)';
  if (!resources.includes('*')) return undefined;
  const all = actions.find((action) => /^[a-z0-9-]+:\*$/i.test(action) || (OF_DATA.test(action) && !isListing(action)));
  return all === undefined ? undefined : `${all} on every resource (*)`;
}

/** Some listings know no resource. */
function isListing(action: string): boolean {
  return /:(List(All|Secrets|Keys|Aliases|Queues|Topics|Tables)|Describe|GetCallerIdentity|GetSessionToken)/i.test(
    action,
  );
}

function isAnybody(principal: unknown): boolean {
  return principal === '*' || (isRecord(principal) && Object.values(principal).some((one) => texts(one).includes('*')));
}

function texts(thing: unknown): string[] {
  return [thing].flat().filter((one): one is string => typeof one === 'string');
}

/** A policy is JSON in a text; values that are known only after apply stand in it as words. */
function parsed(document: unknown): unknown {
  if (typeof document !== 'string') return document;
  try {
    return JSON.parse(isMarker(document) ? written(document) : document);
  } catch {
    return undefined;
  }
}

function written(marker: string): string {
  const value = valueBehind(marker);
  if (value.kind !== 'composed') return '';
  return value.pieces.map((piece) => (typeof piece === 'string' ? piece : 'later')).join('');
}
