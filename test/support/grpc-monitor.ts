import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import * as engineServices from '@pulumi/pulumi/proto/engine_grpc_pb';
import * as engineMessages from '@pulumi/pulumi/proto/engine_pb';
import * as monitorServices from '@pulumi/pulumi/proto/resource_grpc_pb';
import * as messages from '@pulumi/pulumi/proto/resource_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { Recorder } from '../../bridge/recorder';

// biome-ignore lint/suspicious/noExplicitAny: grpc's own type of a request
type Call = ServerUnaryCall<any, unknown>;
type Reply = sendUnaryData<unknown>;

/** Our recorder behind real gRPC, with as much of the engine as the nodejs host asks for. */
export class GrpcMonitor {
  readonly recorder: Recorder;
  readonly logs: string[] = [];
  private readonly server = new Server();

  constructor(project: string, stack: string) {
    this.recorder = new Recorder(project, stack, true);
    const { recorder, logs } = this;
    this.server.addService(monitorServices.ResourceMonitorService, {
      supportsFeature: (call: Call, reply: Reply) =>
        recorder.supportsFeature(call.request, (_e, r) =>
          reply(null, new messages.SupportsFeatureResponse().setHassupport(r.getHassupport())),
        ),
      registerResource: (call: Call, reply: Reply) =>
        recorder.registerResource(call.request, (error, r) => {
          if (r === undefined) return reply({ code: 6, details: error?.message ?? '' }, null);
          const response = new messages.RegisterResourceResponse().setUrn(r.getUrn()).setId(r.getId());
          const object: unknown = r.getObject();
          return reply(null, object instanceof Struct ? response.setObject(object) : response);
        }),
      registerResourceOutputs: (_call: Call, reply: Reply) => reply(null, new Empty()),
      signalAndWaitForShutdown: (_call: Call, reply: Reply) => reply(null, new Empty()),
    });
    this.server.addService(engineServices.EngineService, {
      log: (call: Call, reply: Reply) => {
        if (call.request.getSeverity() > 1) logs.push(call.request.getMessage());
        reply(null, new Empty());
      },
      setRootResource: (_call: Call, reply: Reply) => reply(null, new engineMessages.SetRootResourceResponse()),
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  close(): void {
    this.server.forceShutdown();
  }
}
