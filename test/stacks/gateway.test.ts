import { at, list } from '../../graph/json-value';
import { soundness } from '../../graph/soundness';
import { Look } from '../support/look';
import { ENVIRONMENTS, FIVE, systemGraph } from '../support/systems';

const EACH = FIVE.flatMap((system) => ENVIRONMENTS.map((environment) => [system, environment] as const));

describe.each(EACH)('%s in %s, behind a Gateway', (system, environment) => {
  const look = new Look(systemGraph(system, environment, { 'seaworthy:frontDoor': 'gateway' }));

  test('has no problem but placeholders', () => {
    const found = soundness(look.graph, { kubernetesVersion: '1.35', environment });
    expect(found.filter((p) => p.severity !== 'placeholder')).toEqual([]);
  });

  test('has no Ingress, and each route of its Ingresses', () => {
    const before = new Look(systemGraph(system, environment));
    const rules = before.kinds('Ingress').flatMap(({ inputs }) => list(at(inputs, 'spec', 'rules')));
    const paths = rules.flatMap((rule) =>
      list(at(rule, 'http', 'paths')).flatMap((path) => {
        const service = at(path, 'backend', 'service', 'name');
        return String(service).endsWith('-closed') ? [] : [`${at(rule, 'host')}${at(path, 'path')} ${service}`];
      }),
    );
    const routed = look.kinds('HTTPRoute').flatMap(({ inputs }) =>
      list(at(inputs, 'spec', 'rules')).flatMap((rule) => {
        const service = at(rule, 'backendRefs', 0, 'name');
        const path = at(rule, 'matches', 0, 'path', 'value');
        return service === undefined ? [] : [`${at(inputs, 'spec', 'hostnames', 0)}${path} ${service}`];
      }),
    );
    expect([look.names('Ingress'), routed.sort()]).toEqual([[], paths.sort()]);
  });
});

test.each(FIVE)('%s is served by Traefik from the same Ingresses', (system) => {
  const [own, traefik] = ['ingress', 'traefik'].map((door) =>
    new Look(systemGraph(system, 'prod', { 'seaworthy:frontDoor': door })).kinds('Ingress').map((n) => n.inputs),
  );
  expect(traefik).toEqual(own);
});
