import { ApiObject, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { base64, text, uri } from '../core/compose';
import { nodeOptions } from '../core/node-options';
import { type Problem, report } from '../core/problem';
import type { SecretBackend, SecretSource } from '../core/secret-source';
import { type System, systemOf } from '../core/system';

/** A text with secrets in it, as a shape: who composes it (Pulumi, or the operator in the cluster) is decided by the backend. */
export type SecretTemplate = readonly (
  | string
  | { readonly plain: string; readonly encode: 'none' | 'uri' }
  | { readonly secret: SecretSource; readonly encode: 'none' | 'uri' }
)[];

interface Entry {
  readonly key: string;
  readonly template: SecretTemplate;
  readonly by: string;
}

type ExternalBackend = Extract<SecretBackend, { kind: 'external' }>;

/**
 * One Secret of a system, filled by several parts and edges.
 * Creates: a Secret; or an ExternalSecret of the same name where the platform's secrets come from a store.
 */
export class SecretBundle extends Construct {
  private readonly entries: Entry[] = [];

  constructor(
    scope: System,
    id: string,
    readonly name: string,
  ) {
    super(scope, id);
    const backend = scope.platform.secrets;
    switch (backend.kind) {
      case 'pulumi':
        this.asSecret();
        break;
      case 'external':
        this.asExternalSecret(backend);
        break;
      default:
        backend satisfies never;
    }
    report(this, () => [...this.duplicates(), ...this.unreachable(backend)]);
  }

  add(key: string, template: SecretTemplate, by: string): void {
    this.entries.push({ key, template, by });
  }

  private asSecret(): void {
    const object = new k8s.KubeSecret(this, 'object', {
      metadata: { name: this.name },
      type: 'Opaque',
      data: Lazy.any({
        produce: () => Object.fromEntries(this.sorted().map((e) => [e.key, base64(composedByPulumi(e.template))])),
      }),
    });
    nodeOptions(object, { secretOutputs: ['data', 'stringData'] });
  }

  private asExternalSecret({ store, refreshInterval }: ExternalBackend): void {
    new ApiObject(this, 'object', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: this.name },
      spec: Lazy.any({
        produce: () => {
          const names = storeNames(this.entries);
          return {
            refreshInterval,
            secretStoreRef: store,
            target: {
              name: this.name,
              creationPolicy: 'Owner',
              template: {
                engineVersion: 'v2',
                data: Object.fromEntries(this.sorted().map((e) => [e.key, composedInCluster(e.template, names)])),
              },
            },
            data: [...names.values()].map(({ name, source }) => ({ secretKey: name, remoteRef: remoteRef(source) })),
          };
        },
      }),
    });
  }

  private sorted(): Entry[] {
    return [...this.entries].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  private duplicates(): Problem[] {
    const seen = new Map<string, Entry>();
    return this.entries.flatMap((entry): Problem[] => {
      const first = seen.get(entry.key);
      seen.set(entry.key, entry);
      if (first === undefined || isSame(first.template, entry.template)) return [];
      const what = `Secret ${this.name} gets its key ${entry.key} twice: from ${first.by} and from ${entry.by}.`;
      return [
        { code: 'SW-SECRET-001', severity: 'error', what, fix: `secret: { name: '${this.name}', key: 'another-key' }` },
      ];
    });
  }

  /** A source that the backend cannot read. */
  private unreachable(backend: SecretBackend): Problem[] {
    const wanted = backend.kind === 'pulumi' ? 'pulumi' : 'store';
    return this.entries.flatMap(({ key, template, by }) =>
      sourcesOf(template)
        .filter((source) => source.from !== wanted)
        .map((source): Problem => {
          const [is, needs] =
            source.from === 'store' ? ['lies in an external store', 'pulumi'] : ["lies in Pulumi's state", 'external'];
          const what = `Secret ${this.name}, key ${key} (${by}): its source ${is}, which the backend "${backend.kind}" does not read.`;
          return {
            code: 'SW-SECRET-002',
            severity: 'error',
            what,
            fix: `seaworthy:secrets: ${needs}, or another source`,
          };
        }),
    );
  }
}

/** Two edges to one endpoint may share a key. */
function isSame(one: SecretTemplate, other: SecretTemplate): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The bundle of that name in the system; made when it is first asked for. */
export function secretBundle(inside: Construct, name: string): SecretBundle {
  const system = systemOf(inside);
  const id = `secret-${name}`;
  const found = system.node.tryFindChild(id);
  return found instanceof SecretBundle ? found : new SecretBundle(system, id, name);
}

export function sourcesOf(template: SecretTemplate): SecretSource[] {
  return template.flatMap((piece) => (typeof piece !== 'string' && 'secret' in piece ? [piece.secret] : []));
}

function composedByPulumi(template: SecretTemplate): string {
  return template.reduce<string>((before, piece) => {
    if (typeof piece === 'string') return text`${before}${piece}`;
    const raw = 'plain' in piece ? piece.plain : piece.secret.from === 'pulumi' ? piece.secret.value : '';
    return piece.encode === 'uri' ? text`${before}${uri(raw)}` : text`${before}${raw}`;
  }, '');
}

type Names = Map<string, { name: string; source: Extract<SecretSource, { from: 'store' }> }>;

function storeNames(entries: readonly Entry[]): Names {
  const names: Names = new Map();
  for (const source of entries.flatMap((e) => sourcesOf(e.template))) {
    const address = addressOf(source);
    if (source.from === 'store' && !names.has(address)) names.set(address, { name: `value${names.size + 1}`, source });
  }
  return names;
}

/** A Go template of External Secrets; `urlquery` percent-encodes. https://external-secrets.io/latest/guides/templating/ */
function composedInCluster(template: SecretTemplate, names: Names): string {
  return template.reduce<string>((before, piece) => {
    if (typeof piece === 'string') return text`${before}${piece.replaceAll('{{', '{{ "{{" }}')}`;
    if ('plain' in piece)
      return piece.encode === 'uri' ? text`${before}${uri(piece.plain)}` : text`${before}${piece.plain}`;
    const name = names.get(addressOf(piece.secret))?.name ?? 'unreachable';
    return text`${before}${piece.encode === 'uri' ? `{{ .${name} | urlquery }}` : `{{ .${name} }}`}`;
  }, '');
}

function addressOf(source: SecretSource): string {
  return source.from === 'store' ? `${source.key}#${source.property ?? ''}` : source.value;
}

function remoteRef({ key, property }: Extract<SecretSource, { from: 'store' }>): Record<string, string> {
  return property === undefined ? { key } : { key, property };
}
