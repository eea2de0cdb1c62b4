import type { Graph, GraphNode } from '../../graph/graph';
import { at, isRecord, list, text } from '../../graph/json-value';
import { objectIn } from './systems';

/** A graph, looked at as a person would who reads its YAML. */
export class Look {
  constructor(readonly graph: Graph) {}

  object(kind: string, name: string): GraphNode {
    return objectIn(this.graph, kind, name);
  }

  /** Something below an object's `spec`. */
  spec(kind: string, name: string, ...path: (string | number)[]): unknown {
    return at(this.object(kind, name).inputs, 'spec', ...path);
  }

  data(kind: 'ConfigMap' | 'Secret', name: string): Record<string, unknown> {
    const { data } = this.object(kind, name).inputs;
    return isRecord(data) ? data : {};
  }

  /** The first container of a workload. */
  container(kind: string, name: string): unknown {
    return this.spec(kind, name, 'template', 'spec', 'containers', 0);
  }

  /** What a variable of a container is, with ConfigMaps followed: a text, or `secret NAME/KEY`. */
  env(kind: string, name: string): Record<string, string> {
    const found = list(at(this.container(kind, name), 'env')).map((variable): [string, string] => {
      const from = at(variable, 'valueFrom');
      const secret = at(from, 'secretKeyRef');
      const map = at(from, 'configMapKeyRef');
      const key = (reference: unknown) => text(at(reference, 'key')) ?? '';
      const held = (reference: unknown) => text(at(reference, 'name')) ?? '';
      const value = isRecord(secret)
        ? `secret ${held(secret)}/${key(secret)}`
        : isRecord(map)
          ? String(this.data('ConfigMap', held(map))[key(map)])
          : String(at(variable, 'value'));
      return [text(at(variable, 'name')) ?? '', value];
    });
    return Object.fromEntries(found);
  }

  names(kind: string): string[] {
    return this.graph.nodes.flatMap((n) => (n.object?.kind === kind ? [n.object.name] : [])).sort();
  }

  kinds(kind: string): GraphNode[] {
    return this.graph.nodes.filter((n) => n.object?.kind === kind);
  }

  /** Resources of a cloud, by Pulumi type. */
  cloud(type: string): GraphNode[] {
    return this.graph.nodes.filter((n) => n.type === type);
  }

  /** Every pod that is rendered, with the kind of its owner. */
  pods(): { readonly owner: string; readonly spec: Record<string, unknown> }[] {
    return this.graph.nodes.flatMap(({ object, inputs }) => {
      const template =
        object?.kind === 'CronJob'
          ? at(inputs, 'spec', 'jobTemplate', 'spec', 'template')
          : at(inputs, 'spec', 'template');
      const spec = at(template, 'spec');
      return isRecord(spec) && Array.isArray(spec.containers)
        ? [{ owner: `${object?.kind} ${object?.name}`, spec }]
        : [];
    });
  }

  /** Mounts of volumes that their pod does not have. */
  mountsOfNothing(): string[] {
    return this.pods().flatMap(({ owner, spec }) => {
      const volumes = list(spec.volumes).map((v) => at(v, 'name'));
      const claims = list(this.templatesOf(owner)).map((c) => at(c, 'metadata', 'name'));
      const containers = [...list(spec.initContainers), ...list(spec.containers)];
      return containers
        .flatMap((c) => list(at(c, 'volumeMounts')).map((m) => at(m, 'name')))
        .filter((name) => ![...volumes, ...claims].includes(name))
        .map((name) => `${owner}: ${String(name)}`);
    });
  }

  private templatesOf(owner: string): unknown {
    const [kind = '', name = ''] = owner.split(' ');
    return this.spec(kind, name, 'volumeClaimTemplates');
  }

  /** Whether a policy lets pods of one app out to (or in from) those of another on a port. */
  opens(policy: string, direction: 'ingress' | 'egress', port: number): boolean {
    const rules = list(this.spec('NetworkPolicy', policy, direction));
    return rules.some((rule) => list(at(rule, 'ports')).some((p) => at(p, 'port') === port));
  }

  /** Whether the Deployment of a part is made after the Job of another is done. */
  waitsFor(part: string, migration: string): boolean {
    const waits = this.graph.edges.filter((e) => e.to.startsWith(`${migration}/job-`)).map((e) => e.from);
    const direct = (name: string): boolean =>
      waits.includes(name) || this.graph.edges.some((e) => e.from === name && e.to !== name && waits.includes(e.to));
    return direct(`${part}/deployment`);
  }

  codes(): string[] {
    return this.graph.problems.map((p) => p.code);
  }

  /** Alerts of a PrometheusRule, by name. */
  alerts(rule: string): Record<string, unknown> {
    const rules = list(this.spec('PrometheusRule', rule, 'groups')).flatMap((group) => list(at(group, 'rules')));
    return Object.fromEntries(rules.map((r) => [String(at(r, 'alert')), r]));
  }

  annotations(kind: string, name: string): Record<string, unknown> {
    const found = at(this.object(kind, name).inputs, 'metadata', 'annotations');
    return isRecord(found) ? found : {};
  }
}
