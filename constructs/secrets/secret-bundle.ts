import { ApiObject, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { base64 } from '../core/compose';
import { isMarker } from '../core/marker';
import { nodeOptions } from '../core/node-options';
import { type Problem, report } from '../core/problem';
import type { SecretBackend, SecretSource } from '../core/secret-source';
import { type System, systemOf } from '../core/system';
import { isOutput } from '../core/value';
import {
  composedByPulumi,
  composedInCluster,
  isSame,
  remoteRef,
  type SecretTemplate,
  shapeOf,
  sourcesOf,
  storeNames,
} from './secret-template';

interface Entry {
  readonly key: string;
  readonly template: SecretTemplate;
  readonly by: string;
}

export type SecretType = 'Opaque' | 'kubernetes.io/dockerconfigjson';
type ExternalBackend = Extract<SecretBackend, { kind: 'external' }>;
type SealedBackend = Extract<SecretBackend, { kind: 'sealed' }>;

/**
 * One Secret of a system, filled by several parts and edges.
 * Creates: a Secret; or an ExternalSecret of the same name where the platform's secrets come from a store; or a SealedSecret.
 */
export class SecretBundle extends Construct {
  private readonly entries: Entry[] = [];
  /** Given by programs that nobody type-checked. */
  private readonly strange: Problem[] = [];
  /** Filled as entries come; what reads it does so once the tree is built. */
  private readonly openKeys: string[] = [];

  constructor(
    scope: System,
    id: string,
    readonly name: string,
    private readonly holds: 'secrets' | 'addresses',
    /** https://kubernetes.io/docs/concepts/configuration/secret/#secret-types */
    private readonly type: SecretType,
  ) {
    super(scope, id);
    const backend: SecretBackend = holds === 'addresses' ? { kind: 'pulumi' } : scope.platform.secrets;
    switch (backend.kind) {
      case 'pulumi':
      case 'sops':
        this.asSecret();
        break;
      case 'sealed':
        this.asSealedSecret(backend);
        break;
      case 'external':
        this.asExternalSecret(backend);
        break;
      default:
        backend satisfies never;
    }
    report(this, () => [...this.strange, ...this.duplicates(), ...this.unreachable(backend), ...this.outOfPlace()]);
  }

  add(key: string, template: SecretTemplate, by: string): void {
    const wrong = sourcesOf(template).filter((source) => !isSource(source));
    if (wrong.length > 0) {
      this.strange.push(noSource(this.name, key, by, wrong[0]));
      // The key is there: who reads it is not told a second time.
      this.entries.push({ key, template: [''], by });
      return;
    }
    this.entries.push({ key, template, by });
    if (sourcesOf(template).length === 0) this.openKeys.push(key);
  }

  private asSecret(): void {
    const object = new k8s.KubeSecret(this, 'object', {
      metadata: { name: this.name },
      type: this.type,
      data: Lazy.any({
        produce: () => Object.fromEntries(this.sorted().map((e) => [e.key, base64(composedByPulumi(e.template))])),
      }),
    });
    nodeOptions(object, { secretOutputs: ['data', 'stringData'], openKeys: this.openKeys });
  }

  private asExternalSecret({ store, refreshInterval }: ExternalBackend): void {
    new ApiObject(this, 'object', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: this.name },
      spec: Lazy.any({
        produce: () => {
          const names = storeNames(this.entries.map((e) => e.template));
          return {
            refreshInterval,
            secretStoreRef: store,
            target: {
              name: this.name,
              creationPolicy: 'Owner',
              template: {
                engineVersion: 'v2',
                ...(this.type === 'Opaque' ? {} : { type: this.type }),
                data: Object.fromEntries(this.sorted().map((e) => [e.key, composedInCluster(e.template, names)])),
              },
            },
            data: [...names.values()].map(({ name, source }) => ({ secretKey: name, remoteRef: remoteRef(source) })),
          };
        },
      }),
    });
  }

  /** https://github.com/bitnami-labs/sealed-secrets: each value whole, for this name in this namespace. */
  private asSealedSecret({ ciphertexts }: SealedBackend): void {
    const metadata = { name: this.name };
    new ApiObject(this, 'object', {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata,
      spec: Lazy.any({
        produce: () => {
          const sealed = this.sorted().map(({ key }) => [key, this.ciphertext(ciphertexts, key) ?? '']);
          return { encryptedData: Object.fromEntries(sealed), template: { metadata, type: this.type } };
        },
      }),
    });
  }

  private ciphertext(ciphertexts: SealedBackend['ciphertexts'], key: string): string | undefined {
    return ciphertexts[`${systemOf(this).namespaceName}/${this.name}`]?.[key];
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

  /** A Secret of addresses is written as it is, whatever the backend: a secret has no place in it. */
  private outOfPlace(): Problem[] {
    if (this.holds === 'secrets') return [];
    return this.entries.flatMap(({ key, template, by }): Problem[] => {
      if (sourcesOf(template).length === 0) return [];
      const what = `Secret ${this.name} was made for addresses; ${by} puts a secret into its key ${key}.`;
      return [{ code: 'SW-SECRET-006', severity: 'error', what, fix: 'secret: { name: ANOTHER }' }];
    });
  }

  /** What nobody sealed yet, with the command that does. */
  private unsealed({ file, ciphertexts }: SealedBackend): Problem[] {
    return this.sorted()
      .filter(({ key }) => this.ciphertext(ciphertexts, key) === undefined)
      .map(({ key, template, by }): Problem => {
        const { namespaceName } = systemOf(this);
        const what = `${file} has no SealedSecret ${this.name} with the key ${key} (${by}); its value looks like ${shapeOf(template)}.`;
        const fix = `kubectl create secret generic ${this.name} --namespace ${namespaceName} --dry-run=client -o yaml --from-file=${key}=/dev/stdin | kubeseal -o yaml >> ${file}`;
        return { code: 'SW-SEALED-001', severity: 'error', what, fix };
      });
  }

  /** A source that the backend cannot read. */
  private unreachable(backend: SecretBackend): Problem[] {
    if (backend.kind === 'sealed') return this.unsealed(backend);
    const wanted = backend.kind === 'external' ? 'store' : 'pulumi';
    return this.entries.flatMap(({ key, template, by }) =>
      sourcesOf(template)
        .filter((source) => source.from !== wanted)
        .map((source): Problem => {
          const [is, needs] = IN_WORDS[source.from];
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

function isSource(thing: unknown): boolean {
  if (typeof thing !== 'object' || thing === null || !('from' in thing)) return false;
  return typeof thing.from === 'string' && Object.hasOwn(IN_WORDS, thing.from);
}

/** Says what it is, and never the text: it is meant to be secret. */
function noSource(name: string, key: string, by: string, thing: unknown): Problem {
  const isOfPulumi = isOutput(thing) || (typeof thing === 'string' && isMarker(thing));
  const is = isOfPulumi ? 'a Pulumi Output' : (IN_WORDS_OF_TYPES[typeof thing] ?? `a ${typeof thing}`);
  const fix = isOfPulumi
    ? "in its place { from: 'pulumi', value: fromOutput(output) }"
    : "in its place fromConfig('shop:token'), and: pulumi config set --secret shop:token";
  const what = `what is to fill the key ${key} of Secret ${name} is ${is}, and no source of a secret.`;
  return { code: 'SW-SECRET-009', severity: 'error', where: by, what, fix };
}

const IN_WORDS_OF_TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'another structure',
  undefined: 'undefined',
};

/** Where a source lies, and the backend that reads it. */
const IN_WORDS: Readonly<Record<SecretSource['from'], readonly [string, string]>> = {
  pulumi: ["lies in Pulumi's state", 'pulumi'],
  store: ['lies in an external store', 'external'],
  sealed: ['was sealed by a person', 'sealed'],
};

/**
 * The bundle of that name in the system; made when it is first asked for. One that holds `addresses` only, and no credential, is a plain
 * Secret with every backend: there is nothing to fetch or to seal.
 */
export function secretBundle(
  inside: Construct,
  name: string,
  holds: 'secrets' | 'addresses' = 'secrets',
  type: SecretType = 'Opaque',
): SecretBundle {
  const system = systemOf(inside);
  const id = `secret-${name}`;
  const found = system.node.tryFindChild(id);
  return found instanceof SecretBundle ? found : new SecretBundle(system, id, name, holds, type);
}
