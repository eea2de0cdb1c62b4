import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import * as plugins from '@pulumi/pulumi/proto/plugin_pb';
import * as services from '@pulumi/pulumi/proto/provider_grpc_pb';
import * as messages from '@pulumi/pulumi/proto/provider_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { isRecord } from '../../../graph/json-value';

export type Properties = Record<string, unknown>;

/** Pulumi's word for what is not known yet. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export interface Diffed {
  readonly changed: readonly string[];
  readonly replaced: readonly string[];
  readonly deleteFirst?: boolean;
}

export interface Resource {
  readonly id: string;
  readonly outputs: Properties;
  /** After a refresh: the inputs that would make what is there. */
  readonly inputs?: Properties;
}

export interface Asked {
  readonly type: string;
  readonly urn: string;
  readonly inputs: Properties;
  /** Outputs that the engine keeps of it. */
  readonly state: Properties;
  readonly preview: boolean;
  readonly timeoutSeconds: number;
  readonly ignoreChanges: readonly string[];
}

/** What was made, and did not get ready: the engine keeps it, and the next up goes on with it. */
export class NotReadyError extends Error {
  constructor(
    readonly made: Resource,
    reason: string,
  ) {
    super(reason);
  }
}

/** What a stand-in for a provider must do. Every method may throw; the message reaches the user. */
export interface StandIn {
  configure?(settings: Properties): void;
  diffConfig?(before: Properties, after: Properties): Diffed;
  check?(type: string, inputs: Properties): readonly { property: string; reason: string }[];
  diff(type: string, before: Properties, after: Properties): Diffed;
  create(asked: Asked): Promise<Resource>;
  read(id: string, asked: Asked): Promise<Resource | undefined>;
  update(id: string, asked: Asked): Promise<Resource>;
  delete(id: string, asked: Asked): Promise<void>;
}

/** Serves a stand-in as the engine's plugin protocol asks: prints its port, and answers until it is ended. */
export function serve(standIn: StandIn): void {
  const server = new Server({ 'grpc.max_receive_message_length': 400 * 1024 * 1024 });
  server.addService(services.ResourceProviderService, handlers(standIn));
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });
}

// biome-ignore lint/suspicious/noExplicitAny: grpc's own type of a request
type Handler = (call: ServerUnaryCall<any, unknown>, reply: sendUnaryData<unknown>) => void;

function handler<Request>(answer: (request: Request) => unknown | Promise<unknown>): Handler {
  return async (call, reply) => {
    try {
      reply(null, await answer(call.request));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      const metadata = error instanceof NotReadyError ? notReadyDetails(error) : new Metadata();
      reply({ code: status.UNKNOWN, details, metadata }, null);
    }
  };
}

/** As Pulumi's own provider server tells it: a status with details, in the trailing metadata. */
function notReadyDetails({ made, message }: NotReadyError): Metadata {
  const failed = new messages.ErrorResourceInitFailed()
    .setId(made.id)
    .setProperties(struct(made.outputs))
    .setInputs(struct(made.inputs ?? {}))
    .setReasonsList([message]);
  const details = new Any();
  details.pack(failed.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const whole = new Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(message);
  whole.addDetails(details);
  const metadata = new Metadata();
  metadata.add('grpc-status-details-bin', Buffer.from(whole.serializeBinary()));
  return metadata;
}

function handlers(standIn: StandIn): Record<string, Handler> {
  return {
    getPluginInfo: handler(() => new plugins.PluginInfo().setVersion('0.0.1-stand-in')),
    attach: handler(() => new Empty()),
    cancel: handler(() => new Empty()),
    checkConfig: handler((r: messages.CheckRequest) => new messages.CheckResponse().setInputs(r.getNews())),
    diffConfig: handler((r: messages.DiffRequest) => {
      const before = properties(r.getOldInputs() ?? r.getOlds());
      return diffResponse(standIn.diffConfig?.(before, properties(r.getNews())) ?? { changed: [], replaced: [] });
    }),
    configure: handler((r: messages.ConfigureRequest) => {
      standIn.configure?.(properties(r.getArgs()));
      return new messages.ConfigureResponse().setSupportspreview(true);
    }),
    check: handler((r: messages.CheckRequest) => {
      const failures = standIn.check?.(typeIn(r.getUrn()), properties(r.getNews())) ?? [];
      const response = new messages.CheckResponse().setInputs(r.getNews());
      return response.setFailuresList(
        failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)),
      );
    }),
    diff: handler((r: messages.DiffRequest) =>
      diffResponse(standIn.diff(typeIn(r.getUrn()), properties(r.getOldInputs()), properties(r.getNews()))),
    ),
    create: handler(async (r: messages.CreateRequest) => {
      const asked = {
        ...common(r.getUrn(), r.getProperties()),
        state: {},
        preview: r.getPreview(),
        timeoutSeconds: r.getTimeout(),
        ignoreChanges: [],
      };
      const made = await standIn.create(asked);
      return new messages.CreateResponse().setId(made.id).setProperties(struct(made.outputs));
    }),
    read: handler(async (r: messages.ReadRequest) => {
      const state = properties(r.getProperties());
      const asked = {
        ...common(r.getUrn(), r.getInputs()),
        state,
        preview: false,
        timeoutSeconds: 0,
        ignoreChanges: [],
      };
      const found = await standIn.read(r.getId(), asked);
      if (found === undefined) return new messages.ReadResponse();
      return new messages.ReadResponse()
        .setId(found.id)
        .setProperties(struct(found.outputs))
        .setInputs(struct(found.inputs ?? asked.inputs));
    }),
    update: handler(async (r: messages.UpdateRequest) => {
      const asked = {
        ...common(r.getUrn(), r.getNews()),
        state: properties(r.getOlds()),
        preview: r.getPreview(),
        timeoutSeconds: r.getTimeout(),
        ignoreChanges: r.getIgnorechangesList(),
      };
      return new messages.UpdateResponse().setProperties(struct((await standIn.update(r.getId(), asked)).outputs));
    }),
    delete: handler(async (r: messages.DeleteRequest) => {
      const inputs = r.getOldInputs() ?? r.getProperties();
      await standIn.delete(r.getId(), {
        ...common(r.getUrn(), inputs),
        state: properties(r.getProperties()),
        preview: false,
        timeoutSeconds: r.getTimeout(),
        ignoreChanges: [],
      });
      return new Empty();
    }),
  };
}

function common(urn: string, inputs: Struct | undefined) {
  return { urn, type: typeIn(urn), inputs: properties(inputs) };
}

function typeIn(urn: string): string {
  return urn.split('::')[2]?.split('$').at(-1) ?? '';
}

function properties(held: Struct | undefined): Properties {
  const plain: unknown = unwrapped(held?.toJavaScript() ?? {});
  return isRecord(plain) ? plain : {};
}

/** The engine takes secrets off before it calls, but not from a provider's own settings. */
function unwrapped(thing: unknown): unknown {
  if (Array.isArray(thing)) return thing.map(unwrapped);
  if (!isRecord(thing)) return thing;
  if ('4dabf18193072939515e22adb298388d' in thing) return unwrapped(thing.value);
  return Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, unwrapped(value)]));
}

function struct(plain: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(plain)));
}

function diffResponse({ changed, replaced, deleteFirst }: Diffed): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse().setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  return response
    .setDiffsList([...changed])
    .setReplacesList([...replaced])
    .setDeletebeforereplace(deleteFirst ?? false);
}

/** Paths at which two trees of inputs differ. */
export function changedPaths(before: unknown, after: unknown, path = ''): string[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changedPaths(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => changedPaths(before[i], after[i], `${path}[${i}]`)).flat();
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return isSameQuantity(before, after) ? [] : [path];
}

/** The API server writes `1000m` as `1`: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function isSameQuantity(one: unknown, other: unknown): boolean {
  const amount = (text: unknown) => {
    const [, digits, unit = ''] = /^(\d+)(m|Mi|Gi|Ti)?$/.exec(String(text)) ?? [];
    return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 1);
  };
  return (
    typeof one === 'string' && typeof other === 'string' && amount(one) !== undefined && amount(one) === amount(other)
  );
}
const UNITS: Readonly<Record<string, number>> = { m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** Whether anything in it is unknown. */
export function hasUnknown(thing: unknown): boolean {
  if (Array.isArray(thing)) return thing.some(hasUnknown);
  return isRecord(thing) ? Object.values(thing).some(hasUnknown) : thing === UNKNOWN;
}
