import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '../../graph/graph';
import { at, list, text } from '../../graph/json-value';
import { policyOf, templateOf } from '../support/aws-template';
import { ROOT } from '../support/command';
import { FIVE, platformGraph, stackGraph, systemGraph } from '../support/systems';

jest.setTimeout(600_000);

const RULES = execFileSync(join(ROOT, 'tools', 'fetch-aws-rules'), {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
}).trim();
const program = (name: string) => join(RULES, 'venv', 'bin', name);

const PROFILES = ['dev', 'staging', 'prod'];
const PLAIN = { 'seaworthy:secrets': 'external' };
const GRAPHS: readonly (readonly [string, () => Graph])[] = [
  ...PROFILES.map(
    (profile) => [`cluster, ${profile}`, () => stackGraph('cluster', { 'seaworthy:profile': profile })] as const,
  ),
  ...FIVE.flatMap((system) =>
    PROFILES.map(
      (profile) =>
        [
          `${system}, ${profile}`,
          () => systemGraph(system, 'prod', { ...PLAIN, 'seaworthy:profile': profile }),
        ] as const,
    ),
  ),
  ['platform, prod', () => platformGraph()],
  ['platform, staging', () => platformGraph({}, 'platform-staging')],
];

/**
 * W3010: zones are named, because nothing is looked up. W3691: RDS takes a major, and cfn-lint knows whole versions only.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
 */
const ON_PURPOSE = ['W3010', 'W3691'];

/** What cfn-lint says of a template, a line for each. */
function judged(template: object, region = 'us-east-1'): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-aws-'));
  try {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    const found = spawnSync(
      program('cfn-lint'),
      ['--format', 'json', '--regions', region, '--ignore-checks', ...ON_PURPOSE, '--', file],
      {
        encoding: 'utf8',
      },
    );
    if (found.error !== undefined || found.stdout === '') throw new Error(`cfn-lint did not answer: ${found.stderr}`);
    return list(JSON.parse(found.stdout)).map(
      (one) =>
        `${text(at(one, 'Rule', 'Id'))} ${list(at(one, 'Location', 'Path')).join('.')}: ${text(at(one, 'Message'))}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(GRAPHS)('cfn-lint: what %s asks of AWS is of the form that AWS takes', (_name, graph) => {
  const { template, unknown } = templateOf(graph());
  expect(unknown).toEqual([]);
  if (Object.keys(Object(at(template, 'Resources'))).length > 0) expect(judged(template)).toEqual([]);
});

test.each<[string, (string | number)[], unknown]>([
  ['eksNodesGroup', ['AmiType'], 'AL2023'],
  ['eksNodesTemplate', ['LaunchTemplateData', 'MetadataOptions', 'HttpTokens'], 'maybe'],
  ['eksControlPlaneLog', ['RetentionInDays'], 10],
  ['eksControlPlaneCluster', ['UpgradePolicy', 'SupportType'], 'FOREVER'],
  ['eksControlPlaneCluster', ['RoleArn'], undefined],
  ['eksNetworkNat0', ['SubnetId'], { Ref: 'Nothing' }],
])('cfn-lint sees what is wrong: %s %j', (resource, path, value) => {
  const { template } = templateOf(stackGraph('cluster'));
  const copy = JSON.parse(JSON.stringify(template));
  const properties = copy.Resources[resource].Properties;
  const last = String(path.at(-1));
  const holder = path.slice(0, -1).reduce((here, step) => here[step], properties);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  expect(judged(copy).join('\n')).toContain(resource);
});

/** The policies of a graph, by the node that has them: trust apart. */
function policiesIn(graph: Graph): Record<string, unknown> {
  const found = graph.nodes.flatMap(({ path, type, inputs }): [string, unknown][] => {
    if (type === 'aws:iam/rolePolicy:RolePolicy') return [[path, policyOf(inputs.policy)]];
    return [];
  });
  return Object.fromEntries(found);
}

/**
 * What parliament says and is meant so, by the node that says it, with the reason. Actions that take no resource need no line here: it knows them.
 */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  // AWS' own policy of the controller, which narrows by tags: https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json
  'platform/aws-load-balancer-controller/role-policy': ['RESOURCE_STAR', 'UNKNOWN_CONDITION_FOR_ACTION'],
};

test.each(GRAPHS)('parliament: what the roles of %s may is right, and least', (_name, graph) => {
  const policies = policiesIn(graph());
  const found = spawnSync(program('python'), [join(ROOT, 'tools', 'aws-rules', 'policies.py')], {
    input: JSON.stringify(policies),
    encoding: 'utf8',
  });
  const isMeant = (line: string) => {
    const [path = '', , issue = ''] = line.split(' ');
    return MEANT[path.slice(0, -1)]?.includes(issue) === true;
  };
  expect(found.status).toBe(0);
  expect(found.stdout.split('\n').filter((line) => line !== '' && !isMeant(line))).toEqual([]);
  for (const [path, policy] of Object.entries(policies)) {
    const actions = list(at(policy, 'Statement')).flatMap((statement) => [at(statement, 'Action')].flat().map(String));
    expect({ path, wild: actions.filter((action) => action.includes('*')) }).toEqual({ path, wild: [] });
  }
});

test('parliament sees a policy that is wrong', () => {
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme' }],
  };
  const found = spawnSync(program('python'), [join(ROOT, 'tools', 'aws-rules', 'policies.py')], {
    input: JSON.stringify({ wrong: policy }),
    encoding: 'utf8',
  });
  expect(found.stdout).toContain('wrong: MEDIUM RESOURCE_MISMATCH');
});
