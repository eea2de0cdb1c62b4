import { secret } from '@pulumi/pulumi/output';
import type { Alias, CustomResourceOptions, Resource, ResourceOptions } from '@pulumi/pulumi/resource';
import { ProviderResource, rootStackResource } from '@pulumi/pulumi/resource';
import { isDryRun } from '@pulumi/pulumi/runtime/settings';
import type { IConstruct } from 'constructs';
import type { Problem } from '../constructs/core/problem';
import { leavesIn } from '../constructs/core/value';
import { PROVIDER_VERSIONS } from '../constructs/core/versions';
import type { Graph, GraphNode } from '../graph/graph';
import { isRecord } from '../graph/json-value';
import { leftAsImported } from './adoption';
import { GenericComponent, GenericProvider, GenericResource } from './resources';
import { outputOf, Restorer } from './restore';
import { waitOf } from './waits';

/** Few programs take anything from another stack. */
const loadStackOutputs = (): typeof import('./stack-outputs') => require('./stack-outputs');

/** Requests under way in a preview. */
const BATCH = 100;

/** Also ends where the registration failed: the SDK itself tells of that. */
async function answered({ urn }: Resource): Promise<void> {
  const isKnown: unknown = Reflect.get(urn, 'isKnown');
  await Promise.resolve(isKnown).catch(() => undefined);
}

/** Registers the nodes of a graph, in its order. The only place that creates resources. */
export class Registration {
  readonly restorer: Restorer;
  private readonly resources = new Map<string, Resource>();
  private readonly needs = new Map<string, string[]>();
  /** Earlier paths, by the present one. */
  private readonly earlier: ReadonlyMap<string, readonly string[]>;
  private readonly read: ReadonlyMap<IConstruct, ReadonlySet<string>>;

  constructor(
    private readonly graph: Graph,
    /** What the stack tells others, with markers. */
    private readonly outputs: Readonly<Record<string, unknown>> = {},
  ) {
    this.restorer = new Restorer((construct) => this.resources.get(construct.node.path));
    this.read = outputsRead(graph, outputs);
    this.earlier = new Map(graph.nodes.map(({ path, aliases }) => [path, aliases]));
    for (const { from, to } of graph.edges) {
      const known = this.needs.get(from);
      if (known === undefined) this.needs.set(from, [to]);
      else known.push(to);
    }
  }

  /**
   * In a preview, waits now and then for what was sent, so that memory holds a few requests and not all. Not in an up, where to be
   * registered is to be created, and waiting would keep the rest from starting.
   */
  async run(): Promise<void> {
    let sent = 0;
    for (const node of this.graph.nodes) {
      const resource = this.resources.get(node.path) ?? this.create(node);
      this.resources.set(node.path, resource);
      sent++;
      if (sent % BATCH === 0 && isDryRun()) await answered(resource);
    }
  }

  /** Reads the stacks that nodes take outputs of, before anything is registered. Gives what these stacks do not have. */
  async readStacks(): Promise<Problem[]> {
    const nodes = this.graph.nodes.filter(({ form }) => form === 'reference');
    const missing = nodes.map((node) => {
      const reference = loadStackOutputs().stackReference(node);
      this.resources.set(node.path, reference);
      return loadStackOutputs().missingOutputs(this.graph, node, reference);
    });
    return (await Promise.all(missing)).flat();
  }

  /** What the stack tells others; after {@link run}. */
  told(): Readonly<Record<string, unknown>> {
    const restored = this.restorer.restore(this.outputs, 'outputs of this stack');
    return isRecord(restored) ? restored : {};
  }

  private create(node: GraphNode): Resource {
    const options = this.optionsOf(node);
    const restored = this.restorer.restore(node.inputs, node.path);
    const inputs = withSecretData(node, typeof restored === 'object' && restored !== null ? { ...restored } : {});
    switch (node.form) {
      case 'component':
        return new GenericComponent(node.type, node.path, options);
      case 'provider':
        return new GenericProvider(
          packageOf(node),
          node.path,
          withSecretKubeconfig(inputs),
          withVersion(node, options),
        );
      case 'reference':
        return loadStackOutputs().stackReference(node);
      case 'object':
      case 'release':
      case 'cloud':
        return new GenericResource(node.type, node.path, inputs, this.read.get(node.construct) ?? [], {
          ...withVersion(node, options),
          ...this.providerOf(node),
        });
      default:
        return node.form satisfies never;
    }
  }

  private optionsOf(node: GraphNode): ResourceOptions & CustomResourceOptions {
    const { path, parent, aliases, options, object } = node;
    const parentResource = parent === undefined ? undefined : this.resources.get(parent);
    const dependsOn = (this.needs.get(path) ?? []).flatMap((to) => this.resources.get(to) ?? []);
    const seconds = options.timeoutSeconds ?? waitOf(object?.kind);
    const wait = `${seconds}s`;
    const filled = options.import === undefined ? [] : leftAsImported(object?.kind);
    const ignored = [...new Set([...(options.ignoreChanges ?? []), ...filled])];
    return {
      ...(parentResource === undefined ? {} : { parent: parentResource }),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      ...(aliases.length === 0 ? {} : { aliases: aliases.flatMap((alias) => this.aliasesFor(node, alias)) }),
      ...(options.protect === true ? { protect: true } : {}),
      ...(options.retainOnDelete === true ? { retainOnDelete: true } : {}),
      ...(options.import === undefined ? {} : { import: options.import }),
      ...(ignored.length === 0 ? {} : { ignoreChanges: ignored }),
      ...(seconds === undefined ? {} : { customTimeouts: { create: wait, update: wait, delete: wait } }),
      ...secretOutputsOf(options.secretOutputs, object?.kind),
    };
  }

  /**
   * A URN as it is. An earlier path under the parent that the resource has now; and, where it stood in another one that is still there, because
   * something was put around it, under that.
   */
  private aliasesFor({ parent = '' }: GraphNode, alias: string): (string | Alias)[] {
    if (alias.startsWith('urn:pulumi:')) return [alias];
    const above = alias.split('/').map((_, i, steps) => steps.slice(0, -1 - i).join('/'));
    const parentWas = this.earlier.get(parent) ?? [];
    const stoodIn = above.find((path) => this.resources.has(path) || parentWas.includes(path)) ?? '';
    if (stoodIn === parent || parentWas.includes(stoodIn)) return [{ name: alias }];
    return [{ name: alias }, { name: alias, parent: this.resources.get(stoodIn) ?? rootStackResource }];
  }

  private providerOf({ provider }: GraphNode): CustomResourceOptions {
    const resource = provider === undefined ? undefined : this.resources.get(provider);
    return resource instanceof ProviderResource ? { provider: resource } : {};
  }
}

/** A Secret's data are secret whoever made it. */
function secretOutputsOf(declared: readonly string[] | undefined, kind: string | undefined): CustomResourceOptions {
  const outputs = declared ?? (kind === 'Secret' ? ['data', 'stringData'] : []);
  return outputs.length === 0 ? {} : { additionalSecretOutputs: [...outputs] };
}

function withVersion(node: GraphNode, options: CustomResourceOptions): CustomResourceOptions {
  const version = PROVIDER_VERSIONS[packageOf(node)];
  return version === undefined ? options : { ...options, version };
}

/** Whoever wrote a Secret, each of its data is one, but for those that are said to be open: in the state, the preview and the engine's output. */
function withSecretData({ object, options }: GraphNode, inputs: Record<string, unknown>): Record<string, unknown> {
  if (object?.kind !== 'Secret' || object.apiVersion !== 'v1') return inputs;
  const isOpen = (key: string) => options.openKeys?.includes(key) === true;
  const hidden = ['data', 'stringData'].flatMap((field): [string, unknown][] => {
    const data = inputs[field];
    if (!isRecord(data)) return [];
    const leaves = Object.entries(data).map(([key, value]) => [key, isOpen(key) ? value : secret(outputOf(value))]);
    return [[field, Object.fromEntries(leaves)]];
  });
  return { ...inputs, ...Object.fromEntries(hidden) };
}

/** Whoever wrote it: a provider's inputs lie in plain text in the state, unless they are said to be secret. */
function withSecretKubeconfig(inputs: Record<string, unknown>): Record<string, unknown> {
  return inputs.kubeconfig === undefined ? inputs : { ...inputs, kubeconfig: secret(outputOf(inputs.kubeconfig)) };
}

/** `aws` of `aws:rds/instance:Instance`, and of `pulumi:providers:aws`. */
function packageOf({ type, form }: GraphNode): string {
  const [first = '', , last = ''] = type.split(':');
  return form === 'provider' ? last : first;
}

/** The outputs of each construct that somebody uses: those are declared, so that they are unknown, not missing, in a preview. */
function outputsRead(graph: Graph, outputs: Readonly<Record<string, unknown>>): Map<IConstruct, Set<string>> {
  const read = new Map<IConstruct, Set<string>>();
  for (const leaf of [...graph.nodes.flatMap((node) => leavesIn(node.inputs)), ...leavesIn(outputs)]) {
    if (leaf.kind !== 'attribute') continue;
    const first = leaf.path.split(/[.[]/)[0] ?? '';
    read.set(leaf.of, (read.get(leaf.of) ?? new Set()).add(first));
  }
  return read;
}
