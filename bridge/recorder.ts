import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { isRecord } from '../graph/json-value';

/** What the engine would have been asked to register. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  /** As on the wire: secrets and unknowns by the SDK's own signatures. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly dependencies: readonly string[];
  readonly provider: string;
  readonly protect: boolean;
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly string[];
  readonly customTimeouts: { readonly create: string; readonly update: string; readonly delete: string };
}

/** The part of a RegisterResourceRequest that is read here. */
interface Request {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getObject(): { toJavaScript(): unknown } | undefined;
  getDependenciesList(): string[];
  getProvider(): string;
  getProtect(): boolean;
  getIgnorechangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getAliasesList(): { getUrn(): string; getSpec(): { getName(): string } | undefined }[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
  getImportid(): string;
}

interface Response {
  getUrn(): string;
  getId(): string;
  getObject(): unknown;
  getPropertydependenciesMap(): undefined;
  getResult(): number;
}

interface ReadRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getId(): string;
}

interface ReadResponse {
  getUrn(): string;
  getProperties(): unknown;
}

type Callback<T> = (error: Error | null, response: T) => void;

/** What the engine has, and a recorder in one process has no use for. */
const NOT_OFFERED = new Set(['transforms', 'invokeTransforms', 'resourceHooks', 'errorHooks']);
/** Pulumi's word for what is not known yet. */
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
/** Pulumi's signatures of a secret on the wire. */
const [SIGNATURE, SECRET] = ['4dabf18193072939515e22adb298388d', '1b47061264138c4ac30d75fd1eb44270'];
/** google.rpc.Code.ALREADY_EXISTS and UNIMPLEMENTED. */
const [ALREADY_EXISTS, UNIMPLEMENTED] = [6, 12];

/** Stands where the engine's resource monitor does, and writes down what it is told. */
export class Recorder {
  readonly resources: RegisteredResource[] = [];
  private readonly urns = new Set<string>();

  constructor(
    private readonly project: string,
    private readonly stack: string,
    private readonly preview: boolean,
    /** Outputs of a resource. @default its inputs */
    private readonly outputs?: (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => object,
  ) {}

  registerResource(request: Request, reply: Callback<Response | undefined>): void {
    const recorded = this.record(request);
    if (this.urns.has(recorded.urn)) {
      const error = new Error(`Duplicate resource URN '${recorded.urn}'; try giving it a unique name`);
      reply(Object.assign(error, { code: ALREADY_EXISTS, details: error.message }), undefined);
      return;
    }
    this.urns.add(recorded.urn);
    this.resources.push(recorded);
    const id = recorded.custom && !this.preview ? `${recorded.name}-id` : '';
    // As the engine does in a preview: what was sent comes back, unless a test says otherwise.
    const made = this.outputs?.(recorded.type, recorded.name, recorded.inputs);
    const state =
      made === undefined
        ? withSecretOutputs(request, recorded.additionalSecretOutputs)
        : Struct.fromJavaScript(valuesOf(made));
    reply(null, {
      getUrn: () => recorded.urn,
      getId: () => id,
      getObject: () => state,
      getPropertydependenciesMap: () => undefined,
      getResult: () => 0,
    });
  }

  registerResourceOutputs(_request: unknown, reply: Callback<object>): void {
    reply(null, {});
  }

  supportsFeature(request: { getId(): string }, reply: Callback<{ getHassupport(): boolean }>): void {
    reply(null, { getHassupport: () => !NOT_OFFERED.has(request.getId()) });
  }

  /** A StackReference is there, and what it says is unknown, unless a test says it: offline, another stack is as far as a cloud. */
  readResource(request: ReadRequest, reply: Callback<ReadResponse | undefined>): void {
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    if (type !== 'pulumi:pulumi:StackReference') {
      reply(contacting(`reading ${name}`), undefined);
      return;
    }
    const told = this.outputs?.(type, request.getId(), {});
    const said =
      told === undefined
        ? { outputs: UNKNOWN, secretOutputNames: UNKNOWN }
        : { outputs: valuesOf(told), secretOutputNames: [] };
    const state = Struct.fromJavaScript({ name: request.getId(), ...said });
    reply(null, { getUrn: () => this.urnOf(type, name, parent), getProperties: () => state });
  }

  invoke(request: { getTok(): string }, reply: Callback<undefined>): void {
    reply(contacting(`the function ${request.getTok()}`), undefined);
  }

  registerPackage(_request: unknown, reply: Callback<{ getRef(): string }>): void {
    reply(null, { getRef: () => 'offline' });
  }

  signalAndWaitForShutdown(_request: unknown, reply: Callback<object>): void {
    reply(null, {});
  }

  private record(request: Request): RegisteredResource {
    const object: unknown = request.getObject()?.toJavaScript();
    const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
    const timeouts = request.getCustomtimeouts();
    return {
      urn: this.urnOf(type, name, parent),
      type,
      name,
      custom: request.getCustom(),
      parent,
      inputs: isRecord(object) ? object : {},
      dependencies: request.getDependenciesList(),
      provider: request.getProvider(),
      protect: request.getProtect(),
      ignoreChanges: request.getIgnorechangesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      aliases: request.getAliasesList().map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? '')),
      customTimeouts: {
        create: timeouts?.getCreate() ?? '',
        update: timeouts?.getUpdate() ?? '',
        delete: timeouts?.getDelete() ?? '',
      },
    };
  }

  /** https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
  private urnOf(type: string, name: string, parent: string): string {
    const above = parent === '' ? '' : (parent.split('::')[2] ?? '');
    const prefix = above === '' || above === 'pulumi:pulumi:Stack' ? '' : `${above}$`;
    return `urn:pulumi:${this.stack}::${this.project}::${prefix}${type}::${name}`;
  }
}

/**
 * The recorder as the SDK's client sees it: a call that a newer SDK knows and this does not is answered as an older engine would answer it,
 * with UNIMPLEMENTED, on which the SDK goes another way. https://grpc.io/docs/guides/status-codes/
 */
export function monitorOf(recorder: Recorder): Recorder {
  return new Proxy(recorder, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name);
      if (typeof own === 'function') return own.bind(target);
      if (own !== undefined || typeof name === 'symbol' || name === 'then') return own;
      return (...given: readonly unknown[]) => {
        const reply = given.at(-1);
        if (typeof reply === 'function') reply(contacting(`the call ${name}`), undefined);
      };
    },
  });
}

function contacting(what: string): Error {
  const message = `an offline preview contacts nothing, and ${what} would. Take the fact from the configuration or a StackReference.`;
  return Object.assign(new Error(message), { code: UNIMPLEMENTED, details: message });
}

/** What was sent, and the outputs that the resource says are secret: unknown, and known to be secret, as the engine has them. */
function withSecretOutputs(request: Request, names: readonly string[]): unknown {
  const sent: unknown = request.getObject()?.toJavaScript();
  const missing = names.filter((name) => !isRecord(sent) || !(name in sent));
  if (missing.length === 0) return request.getObject();
  const secrets = missing.map((name) => [name, { [SIGNATURE]: SECRET, value: UNKNOWN }]);
  return Struct.fromJavaScript({ ...valuesOf(isRecord(sent) ? sent : {}), ...Object.fromEntries(secrets) });
}

type JsonScalar = string | number | boolean | null;
type Json = JsonScalar | Json[] | { [key: string]: Json };

function valuesOf(thing: object): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(thing));
}
