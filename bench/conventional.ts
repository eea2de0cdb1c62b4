// Writes Talos prod as a conventional Pulumi program: typed classes of the SDKs, one `new` a resource, Outputs where values are known only
// after apply. The same resources with the same inputs; what a team would have written by hand.
//   usage: conventional.ts FOLDER    → FOLDER/index.ts and, for the peers, FOLDER/objects/*.yaml
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { isMarker, valueBehind } from '../constructs/core/marker';
import type { Value } from '../constructs/core/value';
import type { GraphNode } from '../graph/graph';
import { isRecord } from '../graph/json-value';
import { objectsOf } from '../test/support/filled';
import { talosGraph } from '../test/support/systems';

const KUBERNETES = /^(core|apps|batch|autoscaling|policy|networking\.k8s\.io)\//;
const folder = process.argv.at(-1) ?? '';
if (!folder.includes('.made-')) throw new Error(`usage: conventional.ts FOLDER, not ${folder}`);
const graph = talosGraph('prod');
const nodes = graph.nodes.filter((n) => n.form !== 'component');
const variables = new Map(nodes.map((node, i) => [node.construct, `r${i}`]));

/** `k8s.apps.v1.Deployment`, `aws.rds.Instance`; a custom resource by its class. */
function classOf({ type, object, form }: GraphNode): string {
  const [pkg = '', module = '', name = ''] = type.split(':');
  if (form === 'provider') return `${name === 'kubernetes' ? 'k8s' : name}.Provider`;
  if (object !== undefined) {
    if (!KUBERNETES.test(module)) return 'k8s.apiextensions.CustomResource';
    const [group = '', version = ''] = module.split('/');
    return `k8s.${group.split('.')[0]}.${version}.${name}`;
  }
  if (pkg === 'random') return `random.${name}`;
  return `${pkg}.${module.split('/')[0]}.${name}`;
}

function expression(value: Value): string {
  switch (value.kind) {
    case 'attribute':
      return `${variables.get(value.of)}.${value.path}`;
    case 'composed': {
      const pieces = value.pieces.map((p) =>
        typeof p === 'string' ? p.replaceAll('`', '\\`').replaceAll('${', '\\${') : `\${${expression(p.value)}}`,
      );
      return `pulumi.interpolate\`${pieces.join('')}\``;
    }
    case 'base64':
      return typeof value.of === 'string'
        ? JSON.stringify(value.of)
        : `pulumi.output(${expression(value.of)}).apply((t: string) => Buffer.from(t).toString("base64"))`;
    default:
      return '"digest"';
  }
}

function literal(thing: unknown): string {
  if ((typeof thing === 'string' || typeof thing === 'number') && isMarker(thing))
    return expression(valueBehind(thing));
  if (Array.isArray(thing)) return `[${thing.map(literal).join(', ')}]`;
  if (!isRecord(thing)) return JSON.stringify(thing);
  return `{${Object.entries(thing)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${JSON.stringify(key)}: ${literal(value)}`)
    .join(', ')}}`;
}

const statements = nodes.map((node) => {
  const provider = node.provider === undefined ? undefined : nodes.find((n) => n.path === node.provider);
  const options = provider === undefined ? '{}' : `{ provider: ${variables.get(provider.construct)} }`;
  const variable = variables.get(node.construct);
  return `const ${variable} = new ${classOf(node)}(${JSON.stringify(node.path)}, ${literal(node.inputs)}, ${options});`;
});
mkdirSync(join(folder, 'objects'), { recursive: true });
writeFileSync(
  join(folder, 'index.ts'),
  `import * as pulumi from "@pulumi/pulumi";\nimport * as k8s from "@pulumi/kubernetes";\nimport * as aws from "@pulumi/aws";\nimport * as random from "@pulumi/random";\n\n${statements.join('\n')}\nexport const made = ${nodes.length};\n`,
);
// As `pulumi new typescript` writes it.
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    compilerOptions: {
      strict: true,
      outDir: 'bin',
      target: 'es2020',
      module: 'commonjs',
      moduleResolution: 'node',
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
    files: ['index.ts'],
  }),
);
for (const [i, object] of objectsOf(graph).entries())
  writeFileSync(join(folder, 'objects', `${i}.yaml`), stringify(object));
process.stdout.write(String(nodes.length));
