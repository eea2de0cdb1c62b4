import type { ConfigSource } from '../constructs/core/config-source';
import { shown, withoutCredentials } from '../constructs/core/forms';
import { isPlaceholder } from '../constructs/core/placeholder';
import type { Problem } from '../constructs/core/problem';
import { type Leaf, leavesOf } from './leaves';
import { nearest } from './nearest';
import type { Setting, Settings, Values } from './setting';

/** Namespaces of Pulumi's own providers: a program of others may have them beside ours. https://www.pulumi.com/registry/ */
const PROVIDERS = new Set(
  'aci aks aws awsx azure cloudflare dns docker ecs eks env ext gcp gke github helm k8s kafka kubernetes random tls vault'.split(
    ' ',
  ),
);

/** Reads one namespace after another; keeps every problem with key, value, line and fix. */
export class SettingsReader {
  readonly problems: Problem[] = [];
  private readonly leaves = new Map<string, Leaf[]>();
  private readonly known = new Set<string>();

  constructor(private readonly source: ConfigSource) {
    for (const leaf of source.entries.flatMap(leavesOf)) {
      const here = this.leaves.get(leaf.namespace);
      if (here === undefined) this.leaves.set(leaf.namespace, [leaf]);
      else here.push(leaf);
    }
  }

  /** Undefined where a value is missing or wrong; the problems say which. */
  read<S extends Settings>(namespace: string, settings: S): Values<S> | undefined {
    this.known.add(namespace);
    const before = this.problems.length;
    const here = this.leaves.get(namespace) ?? [];
    for (const leaf of here) {
      if (!Object.hasOwn(settings, leaf.name) && !holds(leaf, settings)) this.unknownKey(leaf, Object.keys(settings));
    }
    const values: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(settings)) {
      const own = here.filter((leaf) => leaf.name === name);
      const around = here.filter(
        (leaf) => setting.secret !== undefined && leaf.secret && name.startsWith(`${leaf.name}.`),
      );
      const [leaf, second] = [...own, ...around];
      if (leaf !== undefined && second !== undefined) this.twice(`${namespace}:${name}`, leaf, second);
      values[name] = this.value(namespace, name, setting, leaf);
    }
    const isWhole = !this.problems.slice(before).some((p) => p.severity === 'error');
    return isWhole && isComplete(values, settings) ? values : undefined;
  }

  /** Namespaces that look like one of ours, mistyped; `more` are ours, and were not read. Others may belong to anybody. */
  finish(more: readonly string[] = []): readonly Problem[] {
    for (const name of more) this.known.add(name);
    const known = [...this.known];
    for (const [namespace, [leaf]] of this.leaves) {
      if (this.known.has(namespace) || PROVIDERS.has(namespace)) continue;
      const near = nearest(namespace, known, namespace.length < 5 ? 1 : 2);
      if (near === undefined) continue;
      const what = `${namespace}: is not a namespace of this program. Did you mean ${near}:?`;
      this.wrong('SW-CONFIG-008', what, leaf, `${near}:${leaf?.name ?? ''}`);
    }
    return this.problems;
  }

  private value(namespace: string, name: string, setting: Setting<unknown>, leaf: Leaf | undefined): unknown {
    const key: `${string}:${string}` = `${namespace}:${name}`;
    if (leaf === undefined) {
      if (setting.required) this.missing(key, setting);
      return setting.whenAbsent;
    }
    if (setting.secret !== undefined && leaf.secret) return setting.secret(key);
    if (leaf.secret) {
      const what = `${key} is encrypted, and must be in plain text: it decides what is created.`;
      this.wrong('SW-CONFIG-009', what, leaf, this.command(key, setting.example));
      return undefined;
    }
    if (setting.secret === undefined && this.isMisread(key, setting, leaf)) return undefined;
    const parsed = setting.parse(leaf.value);
    if ('rule' in parsed) {
      const quoted = setting.secret === undefined ? ` is ${withoutCredentials(leaf.value)}` : ' is';
      const known = setting.is.split(': ')[1]?.split(', ') ?? [];
      const near = parsed.code === 'SW-CONFIG-003' ? nearest(leaf.value, known) : undefined;
      const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
      const fix = setting.secret === undefined ? (parsed.fix ?? setting.example) : this.command(key, '', '--secret ');
      this.wrong(parsed.code, `${key}${quoted}${parsed.rule}${guess}`, leaf, fix);
      return undefined;
    }
    if (isPlaceholder(leaf.value)) this.placeholder(key, leaf, setting);
    return parsed.value;
  }

  /** A list where one value is meant; a number where a text is, so that the engine would make another text of it. */
  private isMisread(key: string, setting: Setting<unknown>, leaf: Leaf): boolean {
    if (leaf.structure !== undefined && !(leaf.structure === 'list' && setting.form === 'list')) {
      const is = leaf.structure === 'list' ? 'a list' : 'a structure';
      this.wrong('SW-CONFIG-004', `${key} is ${is}; it must be one value.`, leaf, `${key}: ${setting.example}`);
      return true;
    }
    if (leaf.changed === undefined || setting.form === 'number') return false;
    const makes = setting.form === 'list' ? 'another text' : JSON.stringify(shown(leaf.value));
    const what = `${key} is written ${shown(leaf.changed)}, which is a number or a date to YAML: the engine makes ${makes} of it.`;
    this.wrong(
      'SW-CONFIG-015',
      what,
      leaf,
      `${key}: ${setting.form === 'list' ? `["${leaf.changed}"]` : `"${leaf.changed}"`}`,
    );
    return true;
  }

  private command(key: string, value: string, flag = ''): string {
    const path = key.includes('.') ? '--path ' : '';
    return `pulumi config set ${flag}--stack ${this.source.stack} ${path}${key} ${value}`.trimEnd();
  }

  private unknownKey(leaf: Leaf, names: readonly string[]): void {
    const near = nearest(leaf.name, names);
    const key = `${leaf.namespace}:${shown(leaf.name)}`;
    const guess = near === undefined ? ` Known: ${names.join(', ')}.` : ` Did you mean ${leaf.namespace}:${near}?`;
    const fix = near === undefined ? 'delete the line; or one of the known keys' : `${leaf.namespace}:${near}`;
    this.wrong('SW-CONFIG-001', `${key} is not a key.${guess}`, leaf, fix);
  }

  private twice(key: string, first: Leaf, second: Leaf): void {
    const lines = [first, second].flatMap(({ line }) => line ?? []);
    const where = lines.length === 2 && lines[0] !== lines[1] ? `, in lines ${lines.join(' and ')}` : '';
    const what = `${key} is given twice${where}: as a key of its own and within a structure. Only one can hold.`;
    this.wrong('SW-CONFIG-018', what, second, 'delete one of the two');
  }

  private missing(key: string, setting: Setting<unknown>): void {
    const isSecret = setting.secret !== undefined;
    const fix = this.command(key, isSecret ? '' : setting.example, isSecret ? '--secret ' : '');
    const what = `${key} is required and missing (${setting.is}).`;
    this.problems.push({ code: 'SW-CONFIG-002', severity: 'error', where: this.source.file, what, fix });
  }

  private placeholder(key: string, leaf: Leaf, setting: Setting<unknown>): void {
    const what = `${key} is the placeholder ${shown(leaf.value)}; \`pulumi up\` will refuse it.`;
    const fix = this.command(key, `<your ${setting.is.split(/[:;,]/)[0]}>`);
    this.problems.push({ code: 'SW-CONFIG-012', severity: 'placeholder', where: this.lineOf(leaf), what, fix });
  }

  private wrong(code: string, what: string, leaf: Leaf | undefined, fix: string): void {
    this.problems.push({ code, severity: 'error', where: this.lineOf(leaf), what, fix });
  }

  private lineOf(leaf: Leaf | undefined): string {
    return leaf?.line === undefined ? this.source.file : `${this.source.file}:${leaf.line}`;
  }
}

/** A structure that is secret as a whole, with secret settings in it. */
function holds(leaf: Leaf, settings: Settings): boolean {
  const inside = Object.entries(settings).filter(([name]) => name.startsWith(`${leaf.name}.`));
  return leaf.secret && inside.some(([, setting]) => setting.secret !== undefined);
}

/** Says to the compiler what the loop above did: every key of the settings has its value. */
function isComplete<S extends Settings>(
  values: Record<string, unknown>,
  settings: S,
): values is Record<string, unknown> & Values<S> {
  return Object.keys(settings).every((name) => name in values);
}
