import type { GraphNode } from '../graph/graph';
import { at, isRecord, list, text } from '../graph/json-value';
import { LocalValues, type Resolved } from './compose-values';

/** A variable of `.env`: one key of a Secret, or a value that somebody else must give. */
export interface Variable {
  /** Empty where it is missing. */
  readonly text: string;
  /** What a person must fill in, in words. */
  readonly missing: readonly string[];
  /** It works without, too. */
  readonly optional: boolean;
}

/** A certificate that cert-manager makes in the cluster: names of its variables, and of the hosts that it is for. */
export interface LocalCertificate {
  readonly crt: string;
  readonly key: string;
  readonly ca?: string;
  readonly names: readonly string[];
}

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

/** ConfigMaps and Secrets of a system, and what of them its Compose project needs. */
export class ComposeData {
  readonly variables = new Map<string, Variable>();
  private readonly values = new LocalValues();
  private readonly held = new Map<string, Readonly<Record<string, unknown>>>();
  /** Keys of Secrets that were written as they are, not in Base64. */
  private readonly plain = new Set<string>();
  /** Hosts of the certificates, by the Secret that they go to. */
  private readonly certified = new Map<string, readonly string[]>();
  private readonly places = new Map<string, string>();

  /** `kept`: what stands in `.env` already. */
  constructor(
    nodes: readonly GraphNode[],
    private readonly kept: Readonly<Record<string, string>>,
    private readonly localised: (text: string, name: string) => string,
  ) {
    for (const { object, inputs } of nodes) {
      const namespace = object?.namespace ?? 'default';
      if (object?.kind === 'ConfigMap' || object?.kind === 'Secret') {
        const [data, plain] = [at(inputs, 'data'), at(inputs, 'stringData')].map((d) => (isRecord(d) ? d : {}));
        this.held.set(`${object.kind} ${namespace}/${object.name}`, { ...data, ...plain });
        for (const key of Object.keys(plain ?? {})) this.plain.add(`${namespace}/${object.name}/${key}`);
      }
      for (const { secret, hosts } of certificatesOf(object?.kind, inputs)) {
        const known = this.certified.get(`${namespace}/${secret}`) ?? [];
        this.certified.set(`${namespace}/${secret}`, [...new Set([...known, ...hosts])]);
      }
    }
    this.rememberKept();
  }

  /** Keys of a ConfigMap or a Secret; undefined where nobody here makes it. */
  keys(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): readonly string[] | undefined {
    const held = this.held.get(`${kind} ${namespace}/${name}`);
    if (held !== undefined) return Object.keys(held);
    return kind === 'Secret' && this.certified.has(`${namespace}/${name}`) ? CERTIFICATE_KEYS : undefined;
  }

  /** Text of a ConfigMap; undefined where it has no such key. */
  config(namespace: string, name: string, key: string): Resolved | undefined {
    const value = this.held.get(`ConfigMap ${namespace}/${name}`)?.[key];
    return value === undefined ? undefined : this.text(value);
  }

  /** What stands in the open, or is known only later. */
  text(held: unknown): Resolved {
    return this.values.resolve(held);
  }

  /** Name of the variable that holds a key of a Secret. */
  secret(namespace: string, name: string, key: string, optional = false): string {
    const variable = this.nameFor(`${namespace}/${name}/${key}`, `${name}__${key}`);
    if (this.variables.has(variable)) return variable;
    const found = this.secretText(namespace, name, key);
    const missing = 'missing' in found ? found.missing : [];
    this.variables.set(variable, { text: 'text' in found ? found.text : '', missing, optional });
    return variable;
  }

  /** Name of a variable that a person fills in, because nobody here knows what it is. */
  given(label: string, missing: readonly string[]): string {
    const variable = this.nameFor(`given ${label}`, label);
    this.variables.set(variable, { text: '', missing, optional: false });
    return variable;
  }

  /** Certificates of which something is mounted. */
  certificates(): LocalCertificate[] {
    return [...this.certified].flatMap(([secret, names]) => {
      const [namespace = '', name = ''] = secret.split('/');
      const [crt, key, ca] = CERTIFICATE_KEYS.map((entry) => this.places.get(`${namespace}/${name}/${entry}`));
      if (crt === undefined && key === undefined && ca === undefined) return [];
      const pair = { crt: this.secret(namespace, name, 'tls.crt'), key: this.secret(namespace, name, 'tls.key') };
      return [{ ...pair, ...(ca === undefined ? {} : { ca }), names }];
    });
  }

  private secretText(namespace: string, name: string, key: string): Resolved {
    const value = this.held.get(`Secret ${namespace}/${name}`)?.[key];
    if (value !== undefined) {
      const found = this.values.resolve(value);
      const isPlain = this.plain.has(`${namespace}/${name}/${key}`);
      return 'text' in found
        ? { text: this.localised(isPlain ? found.text : decoded(found.text), variableName(key)) }
        : found;
    }
    return this.certified.has(`${namespace}/${name}`) ? { text: '' } : { missing: [`Secret ${name}, key ${key}`] };
  }

  /** Values that others are composed of, as they stand in the file. */
  private rememberKept(): void {
    for (const [place, data] of this.held) {
      if (!place.startsWith('Secret ')) continue;
      const [, secret = ''] = place.split(' ');
      const name = secret.slice(secret.indexOf('/') + 1);
      for (const [key, value] of Object.entries(data)) {
        const kept = this.kept[variableName(`${name}__${key}`)];
        if (kept !== undefined) this.values.remember(value, kept);
      }
    }
  }

  private nameFor(place: string, label: string): string {
    const known = this.places.get(place);
    if (known !== undefined) return known;
    const taken = new Set(this.places.values());
    const wish = variableName(label);
    let name = wish;
    for (let i = 2; taken.has(name); i++) name = `${wish}_${i}`;
    this.places.set(place, name);
    return name;
  }
}

function variableName(label: string): string {
  return label
    .toUpperCase()
    .replaceAll(/[^A-Z0-9_]/g, '_')
    .replace(/^(?=\d)/, '_');
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** cert-manager fills the Secret of a Certificate, and those of an Ingress. */
function certificatesOf(kind: string | undefined, inputs: unknown): { secret: string; hosts: string[] }[] {
  const texts = (list_: unknown) => list(list_).map(String);
  if (kind === 'Certificate') {
    const secret = text(at(inputs, 'spec', 'secretName'));
    return secret === undefined ? [] : [{ secret, hosts: texts(at(inputs, 'spec', 'dnsNames')) }];
  }
  if (kind !== 'Ingress') return [];
  return list(at(inputs, 'spec', 'tls')).flatMap((tls) => {
    const secret = text(at(tls, 'secretName'));
    return secret === undefined ? [] : [{ secret, hosts: texts(at(tls, 'hosts')) }];
  });
}
