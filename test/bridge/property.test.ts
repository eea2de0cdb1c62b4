import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output, secret, unknown } from '@pulumi/pulumi/output';
import { ApiObject, type App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { session } from '../../bridge/session';
import { readStackFile } from '../../bridge/stack-file';
import { System } from '../../constructs';
import { ProblemsError } from '../../constructs/core/problem';
import { graphJson } from '../../graph/graph-json';
import { previewOf } from '../../plan/preview';
import { renderPreview } from '../../plan/render-preview';
import { SYSTEMS } from '../../stacks';
import { readEnvironment } from '../../stacks/environment';
import { refusals, registered, untyped } from '../support/offline';

const NEEDLE = 'hunter2-never-shown';

/** A JSON tree with Outputs, secrets and unknowns anywhere. */
const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.string().map((s) => output(s)),
    fc.constantFrom('', 'é', '"', '\n').map((s) => secret(NEEDLE + s)),
    fc.constant(output(unknown)),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((k) => k !== '__proto__'),
      tie('tree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

function build(spec: unknown) {
  return (app: App) => {
    const chart = new Chart(app, 'any');
    new ApiObject(
      chart,
      'thing',
      untyped({ apiVersion: 'acme.org/v1', kind: 'Thing', metadata: { name: 'thing' }, spec: { spec } }),
    );
    new System(app, 'shop', { namespace: 'shop' });
  };
}

test('any tree of values: no crash, no secret in clear in any output, the same resources in preview and apply', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (spec) => {
      const before = await registered(build(spec));
      const { graphs } = session();
      const preview = previewOf({ environment: 'dev', target: 'any', graphs, resources: before, problems: [] });
      const page = { width: 80, colour: false };
      const text = renderPreview(preview, { page, all: true, problemsFirst: false, seconds: 0 });
      for (const shown of [JSON.stringify(preview), text, JSON.stringify(graphs.map(graphJson))])
        expect(shown).not.toContain(NEEDLE);
      const after = await registered(build(spec), { preview: false });
      expect(after.map((r) => r.urn).sort()).toEqual(before.map((r) => r.urn).sort());
    }),
    { numRuns: 60 },
  );
});

test('any configuration: problems, never a crash, never a secret', () => {
  const keys = fc.constantFrom(
    'seaworthy:target',
    'seaworthy:profile',
    'seaworthy:systems',
    'talos:host',
    'talos:tag',
    'talos:database.storage',
    'eks:region',
    'x',
    'talos:',
  );
  const values = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('eks', 'minikube', 'dev', 'talos', '20Gi', '[]', '{', '["talos"]'),
  );
  const entry = fc.record({ key: fc.oneof(keys, fc.string()), value: values, secret: fc.boolean() });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      try {
        readEnvironment({ project: 'p', stack: 'dev', file: 'Pulumi.dev.yaml', entries }, SYSTEMS);
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemsError);
      }
    }),
    { numRuns: 500 },
  );
});

test('any file of configuration is read or refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-config-'));
  try {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((s) => `config:\n  a:b: ${s}\n`),
        ),
        (content) => {
          writeFileSync(join(folder, 'Pulumi.dev.yaml'), content);
          return readStackFile(folder, 'dev') !== undefined;
        },
      ),
      { numRuns: 300 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a secret in any open place is refused, wherever it stands in the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('data', 'annotation', 'label'), fc.string(), async (place, before) => {
      const value = secret(`${before}${NEEDLE}`);
      const metadata = {
        name: 'map',
        annotations: place === 'annotation' ? { a: value } : {},
        labels: place === 'label' ? { a: value } : {},
      };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: place === 'data' ? { a: value } : {} };
      const found = await refusals(registered((app) => new ApiObject(new Chart(app, 'any'), 'map', untyped(object))));
      expect(found.map((p) => p.code)).toEqual(['SW-SECRET-003']);
      expect(JSON.stringify(found)).not.toContain(NEEDLE);
    }),
    { numRuns: 20 },
  );
});
