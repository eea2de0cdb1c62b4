import type { RuleArgs, RuleSet, RuleSetArgs } from '@pulumi/azure-native/cdn';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { SiteRequest } from '../../constructs/core/platform';
import { type Problem, report } from '../../constructs/core/problem';

type Action = NonNullable<Extract<RuleArgs['actions'], readonly unknown[]>>[number];

/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-front-door-standard-and-premium-service-limits */
const MOST_ACTIONS = 5;
const LONGEST_VALUE = 640;

interface Place {
  readonly resourceGroupName: string;
  readonly profileName: string;
}

/** Headers of every answer, and the one page of a site that routes by itself. Gives the marker of the rule set's id. */
export function siteRules(scope: Construct, place: Place, { headers, isSinglePage }: SiteRequest): string {
  const set = new CloudResource<RuleSetArgs, RuleSet>(scope, 'rules', {
    type: 'azure-native:cdn:RuleSet',
    inputs: { ...place, ruleSetName: 'site' },
  });
  const actions = Object.entries(headers).map(([name, value]) => header(name, value));
  const rules = [
    ...Array.from({ length: Math.ceil(actions.length / MOST_ACTIONS) }, (_, i) => ({
      actions: actions.slice(i * MOST_ACTIONS, (i + 1) * MOST_ACTIONS),
    })),
    ...(isSinglePage ? [ONE_PAGE] : []),
  ];
  rules.reduce<Construct>((before, rule, i) => {
    const made = new CloudResource<RuleArgs>(scope, `rule-${i + 1}`, {
      type: 'azure-native:cdn:Rule',
      inputs: {
        ...place,
        ruleSetName: set.output('name'),
        ruleName: `rule${i + 1}`,
        order: i + 1,
        matchProcessingBehavior: 'Continue',
        ...rule,
      },
    });
    // Of one set, one at a time.
    made.node.addDependency(before);
    return made;
  }, set);
  report(scope, () => tooLong(headers));
  return set.output('id');
}

function header(headerName: string, value: string): Action {
  return {
    name: 'ModifyResponseHeader',
    parameters: { typeName: 'DeliveryRuleHeaderActionParameters', headerAction: 'Overwrite', headerName, value },
  };
}

/** A path without an extension is a place inside of the page. */
const ONE_PAGE: Pick<RuleArgs, 'actions' | 'conditions'> = {
  conditions: [
    {
      name: 'UrlFileExtension',
      parameters: {
        typeName: 'DeliveryRuleUrlFileExtensionMatchConditionParameters',
        operator: 'LessThanOrEqual',
        matchValues: ['0'],
      },
    },
  ],
  actions: [
    {
      name: 'UrlRewrite',
      parameters: {
        typeName: 'DeliveryRuleUrlRewriteActionParameters',
        sourcePattern: '/',
        destination: '/index.html',
        preserveUnmatchedPath: false,
      },
    },
  ],
};

function tooLong(headers: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(headers)
    .filter(([, value]) => value.length > LONGEST_VALUE)
    .map(([name, value]): Problem => {
      const what = `the header ${name} has ${value.length} letters; Front Door sets ${LONGEST_VALUE} at most.`;
      return { code: 'SW-AKS-010', severity: 'error', what, fix: `headers: { '${name}': a shorter one }` };
    });
}
