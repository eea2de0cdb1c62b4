import { setAllConfig } from '@pulumi/pulumi/runtime/config';
import { disconnect, setMockOptions } from '@pulumi/pulumi/runtime/settings';
import { runInPulumiStack } from '@pulumi/pulumi/runtime/stack';
import { resetMarkers } from '../constructs/core/marker';
import { monitorOf, Recorder, type RegisteredResource } from './recorder';

export interface OfflineRun {
  readonly project: string;
  readonly stack: string;
  /** Values by `namespace:key`. Of encrypted keys: any text; it is not read. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** As in `pulumi preview`, outputs are unknown; otherwise resources come back with what `outputs` of the recorder says. */
  readonly preview?: boolean;
  readonly recorder?: Recorder;
}

/**
 * Runs a Pulumi program without an engine: the SDK's own serialization talks to a recorder in this process, so that secrets, unknowns,
 * parents and dependencies are what the real engine would be told. One at a time: the SDK's state is global.
 */
export async function runOffline(run: OfflineRun, program: () => unknown): Promise<readonly RegisteredResource[]> {
  const recorder = run.recorder ?? new Recorder(run.project, run.stack, run.preview ?? true);
  resetMarkers();
  setMockOptions(monitorOf(recorder), run.project, run.stack, run.preview ?? true);
  setAllConfig({ ...run.config }, [...run.secretKeys]);
  const failures: unknown[] = [];
  const fail = (error: unknown) => failures.push(error);
  process.on('unhandledRejection', fail);
  try {
    // Caught here: the SDK would reject several promises with it that nobody awaits.
    await runInPulumiStack(async () => {
      try {
        await program();
      } catch (error) {
        fail(error);
      }
    });
    await disconnect(false);
  } finally {
    // What was rejected because of the first failure is told in this turn and the next.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', fail);
  }
  if (failures.length > 0) throw failures[0];
  return recorder.resources;
}
