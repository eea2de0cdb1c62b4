import { at, isRecord, list, text } from '../graph/json-value';
import type { ComposeData } from './compose-data';

/** In Compose a dollar begins a variable. */
export function dollar(plain: string): string {
  return plain.replaceAll('$', '$$$$');
}

/** `${NAME}` */
export function reference(variable: string): string {
  return `\${${variable}}`;
}

/** Variables of a container as Compose writes them, and what of them it cannot have. */
export interface Environment {
  readonly variables: Readonly<Record<string, string>>;
  readonly told: readonly string[];
}

/** Where a container stands, and how its texts are put right. */
export interface Place {
  readonly data: ComposeData;
  readonly namespace: string;
  /** Service of the container: what only a person can give is called after it, so that no variable of a shell is taken for it. */
  readonly service: string;
  readonly address: (text: string, name: string) => string;
}

/** `envFrom`, then `env`, as the kubelet does: the later wins, and `$(NAME)` is what was said before. */
export function environmentOf(container: unknown, place: Place): Environment {
  const reader = new EnvironmentReader(place);
  for (const from of list(at(container, 'envFrom'))) reader.addAll(from);
  for (const variable of list(at(container, 'env'))) reader.add(variable);
  return reader;
}

class EnvironmentReader implements Environment {
  readonly variables: Record<string, string> = {};
  readonly told: string[] = [];

  constructor(private readonly place: Place) {}

  addAll(from: unknown): void {
    const { data, namespace } = this.place;
    const prefix = text(at(from, 'prefix')) ?? '';
    const [map, secret] = [text(at(from, 'configMapRef', 'name')), text(at(from, 'secretRef', 'name'))];
    const [kind, name] = map === undefined ? (['Secret', secret ?? ''] as const) : (['ConfigMap', map] as const);
    const keys = data.keys(kind, namespace, name);
    if (keys === undefined) this.told.push(`envFrom ${kind} ${name}, which is not of this system`);
    for (const key of keys ?? []) {
      if (kind === 'Secret') this.variables[prefix + key] = reference(data.secret(namespace, name, key));
      else this.literal(name, key, prefix + key);
    }
  }

  add(variable: unknown): void {
    const { data, namespace, service, address } = this.place;
    const name = text(at(variable, 'name')) ?? '';
    const from = at(variable, 'valueFrom');
    const [map, secret] = [at(from, 'configMapKeyRef'), at(from, 'secretKeyRef')];
    if (isRecord(secret)) {
      const held = data.secret(namespace, String(secret.name), String(secret.key), secret.optional === true);
      this.variables[name] = reference(held);
    } else if (isRecord(map)) {
      this.fromConfigMap(name, map);
    } else if (from === undefined) {
      const found = data.text(at(variable, 'value') ?? '');
      this.variables[name] =
        'text' in found
          ? expanded(address(found.text, name), this.variables)
          : reference(data.given(`${service}__${name}`, found.missing));
    } else {
      this.told.push(`variable ${name}, which the cluster fills in (${Object.keys(Object(from)).join(', ')})`);
    }
  }

  private fromConfigMap(name: string, map: Readonly<Record<string, unknown>>): void {
    const { data, namespace, service } = this.place;
    const [of, key] = [String(map.name), String(map.key)];
    if (data.keys('ConfigMap', namespace, of)?.includes(key) === true) this.literal(of, key, name);
    else if (map.optional !== true)
      this.variables[name] = reference(data.given(`${service}__${name}`, [`ConfigMap ${of}, key ${key}`]));
  }

  /** What comes from a ConfigMap is not looked through for `$(NAME)`. */
  private literal(map: string, key: string, name: string): void {
    const { data, namespace, service, address } = this.place;
    const found = data.config(namespace, map, key) ?? { text: '' };
    this.variables[name] =
      'text' in found ? dollar(address(found.text, name)) : reference(data.given(`${service}__${name}`, found.missing));
  }
}

/**
 * `$(NAME)` is the variable, where there is one, and stays as it is where there is none; `$$` is one dollar.
 * https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */
export function expanded(plain: string, variables: Readonly<Record<string, string>>): string {
  return plain.replaceAll(/\$\$|\$\(([^()]*)\)|\$/g, (all, name: string | undefined) => {
    if (all === '$$') return '$$';
    return (name === undefined ? undefined : variables[name]) ?? dollar(all);
  });
}

/** The words of a command, with what Kubernetes would put into them. */
export function words(
  held: unknown,
  { data, service, address }: Place,
  variables: Readonly<Record<string, string>>,
): string[] | undefined {
  if (!Array.isArray(held)) return undefined;
  return held.map((word) => {
    const found = data.text(word);
    if ('text' in found) return expanded(address(found.text, ''), variables);
    return reference(data.given(`${service}__${found.missing.join(' ')}`, found.missing));
  });
}
