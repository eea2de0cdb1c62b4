import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { attribute, CloudResource } from '../../constructs';
import { resetMarkers } from '../../constructs/core/marker';
import { buildGraph } from '../../graph/build';
import { graphJson } from '../../graph/graph-json';
import { ROOT } from '../support/command';
import { talosIn } from '../support/systems';

/** The same program with two nonces: whatever differs has looked at a marker as if it were the value. */
function twins(build: (app: App) => void): [unknown, unknown] {
  const once = (nonce: string) => {
    resetMarkers(nonce);
    const app = new App();
    build(app);
    return graphJson(buildGraph(app));
  };
  return [once('000000001'), once('fffffffff')];
}

test.each(['dev', 'prod'] as const)('Talos in %s looks at no value that is not there yet', (environment) => {
  const [one, two] = twins((app) => talosIn(app, environment));
  expect(one).toEqual(two);
});

test.each(['dev', 'prod'] as const)(
  'the graph of Talos in %s is as its schema says, and holds no marker',
  (environment) => {
    const [graph] = twins((app) => talosIn(app, environment));
    const validate = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync(join(ROOT, 'graph', 'graph.schema.json'), 'utf8')),
    );
    validate(JSON.parse(JSON.stringify(graph)));
    expect(validate.errors).toBeNull();
    expect(JSON.stringify(graph)).not.toContain('swv000000001');
  },
);

test('a hash of a value, which no scan can find, shows as a difference', () => {
  const [one, two] = twins((app) => {
    const chart = new Chart(app, 'shop');
    const db = new CloudResource(chart, 'db', { type: 'aws:rds/instance:Instance', inputs: {} });
    const hash = createHash('sha256').update(attribute(db, 'address')).digest('hex');
    new k8s.KubeConfigMap(chart, 'map', { metadata: { name: 'map' }, data: { hash } });
  });
  expect(one).not.toEqual(two);
});
