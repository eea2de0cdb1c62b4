import { distance } from 'fastest-levenshtein';
import type { ConfigEntry, ConfigSource } from '../constructs/core/config-source';
import type { Problem } from '../constructs/core/problem';
import { isRecord } from '../graph/json-value';
import type { Setting, Settings, Values } from './setting';

/** How far a word may be from a known one to be taken for a slip. */
const SLIP = 3;
/** Names that stand for names: reserved by RFC 2606, or used by the briefs, or said to be one. */
const PLACEHOLDER = /(^|[./@-])(your-?domain\.com|example\.(com|org|net)|placeholder)($|[/:-])|placeholder/i;

/** A leaf of the configuration: `talos:database.storage`. */
interface Leaf extends ConfigEntry {
  readonly namespace: string;
  readonly name: string;
}

/** Reads one namespace after another; keeps every problem with key, value, line and fix. */
export class SettingsReader {
  readonly problems: Problem[] = [];
  private readonly leaves: Leaf[];
  private readonly known = new Set<string>();

  constructor(private readonly source: ConfigSource) {
    this.leaves = source.entries.flatMap(leavesOf);
  }

  /** Undefined where a value is missing or wrong; the problems say which. */
  read<S extends Settings>(namespace: string, settings: S): Values<S> | undefined {
    this.known.add(namespace);
    const before = this.problems.length;
    const here = this.leaves.filter((leaf) => leaf.namespace === namespace);
    for (const leaf of here) {
      if (!(leaf.name in settings) && !holds(leaf, settings)) this.unknownKey(leaf, Object.keys(settings));
    }
    const values: Record<string, unknown> = {};
    for (const [name, setting] of Object.entries(settings)) {
      values[name] = this.value(
        namespace,
        name,
        setting,
        here.find((leaf) => leaf.name === name) ??
          here.find((leaf) => setting.secret !== undefined && leaf.secret && name.startsWith(`${leaf.name}.`)),
      );
    }
    const isWhole = !this.problems.slice(before).some((p) => p.severity === 'error');
    return isWhole && isComplete(values, settings) ? values : undefined;
  }

  /** Namespaces that look like one of ours, mistyped; `more` are ours, and were not read. Others may belong to anybody. */
  finish(more: readonly string[] = []): readonly Problem[] {
    for (const name of more) this.known.add(name);
    for (const namespace of new Set(this.leaves.map((leaf) => leaf.namespace))) {
      const near = [...this.known].find((known) => known !== namespace && distance(known, namespace) <= 2);
      if (this.known.has(namespace) || near === undefined) continue;
      const leaf = this.leaves.find((l) => l.namespace === namespace);
      this.wrong('SW-CONFIG-008', `${namespace}: is not a namespace of this program. Did you mean ${near}:?`, leaf);
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
      this.wrong(
        'SW-CONFIG-009',
        `${key} is encrypted, and must be in plain text: it decides what is created.`,
        leaf,
        `pulumi config set ${this.stackFlag} ${key} ${setting.example}`,
      );
      return undefined;
    }
    const parsed = setting.parse(leaf.value);
    if ('rule' in parsed) {
      const shown = setting.secret === undefined ? ` is "${leaf.value}"` : ' is';
      const known = setting.is.split(': ')[1]?.split(', ') ?? [];
      const near = parsed.code === 'SW-CONFIG-003' ? nearest(leaf.value, known) : undefined;
      const guess = near === undefined ? '' : ` Did you mean "${near}"?`;
      const fix = setting.secret === undefined ? parsed.fix : `pulumi config set --secret ${this.stackFlag} ${key}`;
      this.wrong(parsed.code, `${key}${shown}${parsed.rule}${guess}`, leaf, fix);
      return undefined;
    }
    if (PLACEHOLDER.test(leaf.value)) this.placeholder(key, leaf, setting);
    return parsed.value;
  }

  private get stackFlag(): string {
    return `--stack ${this.source.stack}`;
  }

  private unknownKey(leaf: Leaf, names: readonly string[]): void {
    const near = nearest(leaf.name, names);
    const guess = near === undefined ? ` Known: ${names.join(', ')}.` : ` Did you mean ${leaf.namespace}:${near}?`;
    this.wrong('SW-CONFIG-001', `${leaf.namespace}:${leaf.name} is not a key.${guess}`, leaf);
  }

  private missing(key: string, setting: Setting<unknown>): void {
    const flag = setting.secret === undefined ? '' : '--secret ';
    const fix =
      `pulumi config set ${flag}${this.stackFlag} ${key.includes('.') ? '--path ' : ''}${key} ${setting.secret === undefined ? setting.example : ''}`.trimEnd();
    this.problems.push({
      code: 'SW-CONFIG-002',
      severity: 'error',
      where: this.source.file,
      what: `${key} is required and missing (${setting.is}).`,
      fix,
    });
  }

  private placeholder(key: string, leaf: Leaf, setting: Setting<unknown>): void {
    const what = `${key} is the placeholder ${leaf.value}; \`pulumi up\` will refuse it.`;
    const fix = `pulumi config set ${this.stackFlag} ${key.includes('.') ? '--path ' : ''}${key} <your ${setting.is.split(/[:;,]/)[0]}>`;
    this.problems.push({ code: 'SW-CONFIG-012', severity: 'placeholder', where: this.lineOf(leaf), what, fix });
  }

  private wrong(code: string, what: string, leaf: Leaf | undefined, fix?: string): void {
    this.problems.push({
      code,
      severity: 'error',
      where: this.lineOf(leaf),
      what,
      ...(fix === undefined ? {} : { fix }),
    });
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

/** A structured value is one leaf for each of its own. Lists stay whole. */
function leavesOf(entry: ConfigEntry): Leaf[] {
  const [namespace = '', ...rest] = entry.key.split(':');
  const name = rest.join(':');
  if (entry.secret || !entry.value.startsWith('{')) return [{ ...entry, namespace, name }];
  const flat: Leaf[] = [];
  const walk = (thing: unknown, path: string) => {
    if (isRecord(thing)) for (const [key, value] of Object.entries(thing)) walk(value, `${path}.${key}`);
    else
      flat.push({
        ...entry,
        namespace,
        name: path,
        value: typeof thing === 'object' ? JSON.stringify(thing) : String(thing),
      });
  };
  try {
    walk(JSON.parse(entry.value), name);
  } catch {
    return [{ ...entry, namespace, name }];
  }
  return flat;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const [near] = [...known].sort((a, b) => distance(a, word) - distance(b, word));
  return near !== undefined && distance(near, word) <= SLIP ? near : undefined;
}
