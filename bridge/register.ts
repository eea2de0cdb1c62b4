import { isSecret, output } from '@pulumi/pulumi/output';
import { isDryRun, rpcKeepAlive } from '@pulumi/pulumi/runtime/settings';
import type { IResolver } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Brought } from '../constructs/core/brought';
import { OutputResolver } from '../constructs/core/output-resolver';
import type { Platform } from '../constructs/core/platform';
import { lineOf, type Problem, stopping } from '../constructs/core/problem';
import { isSystem } from '../constructs/core/system';
import { VERSIONS } from '../constructs/core/versions';
import { buildGraph } from '../graph/build';
import type { Graph } from '../graph/graph';
import { type Beside, nameProblems } from '../graph/names/close';
import { makesForOthers } from '../graph/names/known';
import { markedAs } from '../graph/owner';
import { foreignInOpenPlaces, openSecret } from '../graph/secret-check';
import { servedBy } from '../graph/served';
import { soundness } from '../graph/soundness';
import { clusterProblems } from './clusters';
import { configSource } from './config';
import { missingConfig } from './config-secrets';
import { readLock } from './lock-file';
import { secondTime } from './once';
import { provideCluster } from './provide-cluster';
import { Registration } from './registration';
import { session } from './session';
import { ToldError } from './told-error';

export interface RegisterOptions {
  /** Kubernetes version that the objects are checked against. @default that of the systems' platform, else the version table's */
  readonly kubernetesVersion?: string;
  /** What else was found, in the configuration say: refused together with the rest. */
  readonly problems?: readonly Problem[];
  /** For the headline of a preview: `EKS, existing cluster`. @default what the systems' platform is called */
  readonly target?: string;
  /** Stack with the add-ons of this cluster, `organization/project/stack`: what the objects need must be there. @default nobody is asked */
  readonly platformStack?: string;
  /** What this stack tells others beside {@link Registered.serves}; may hold markers. @default nothing */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** What the cluster has without any stack of ours, all of it. @default what the systems' platform says; else nobody knows */
  readonly brings?: readonly Brought[] | undefined;
}

/** What a stack tells others: its outputs. */
export interface Registered {
  /** API groups that its releases and CRDs serve, for {@link RegisterOptions.platformStack} of others. */
  readonly serves: readonly string[];
  /** All that others may name of it: `StorageClass gp3`. */
  readonly makes: readonly string[];
  /** {@link RegisterOptions.outputs} */
  readonly [output: string]: unknown;
}

/** Every problem at once, and no stack trace: the user's to mend. */
export class RefusedError extends ToldError {
  constructor(readonly problems: readonly Problem[]) {
    super(
      `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}. Nothing was changed.\n\n${problems.map(lineOf).join('\n')}\n`,
    );
  }
}

/**
 * Registers a cdk8s app with Pulumi: checks all of it, then registers each node of its graph. Works for any construct tree. Inside a
 * Pulumi program, await it or export what it returns.
 * @throws RefusedError before anything is registered
 */
export function register(app: IConstruct, options: RegisterOptions = {}): Promise<Registered> {
  const done = rpcKeepAlive();
  return registered(app, options).finally(done);
}

async function registered(app: IConstruct, options: RegisterOptions): Promise<Registered> {
  refuse(secondTime());
  const { project, stack, entries } = configSource();
  const platform = platformIn(app);
  const kubernetesVersion = options.kubernetesVersion ?? platform?.kubernetesVersion ?? VERSIONS.kubernetes.version;
  if (hasResolvers(app)) app.resolvers.unshift(new OutputResolver());
  provideCluster(app);
  const built = markedAs(`${project}/${stack}`, buildGraph(app));
  const { lock, problems: ofLock } = readLock(process.cwd(), stack, project);
  const { only } = session();
  const accepted = { ...(lock === undefined ? {} : { lock }), ...(only === undefined ? {} : { only }) };
  const found = soundness(built, { kubernetesVersion, environment: stack, ...accepted });
  const missing = missingConfig(built, entries, stack, [...(options.problems ?? []), ...found]);
  const { platformStack, brings = platform?.brings } = options;
  const world = { brings, isPart: only !== undefined, beside: beside(platformStack, project) };
  const names = nameProblems(built, world);
  const problems = [
    ...(options.problems ?? []),
    ...ofLock,
    ...found,
    ...names,
    ...missing,
    ...(await foreignSecrets(built)),
  ];
  const graph: Graph = { ...built, problems };
  tellSession(graph, stack, options.target ?? platform?.name);
  refuse(problems);
  const registration = new Registration(graph, options.outputs);
  if (!session().offline) refuse(await registration.readStacks());
  if (!session().offline)
    refuse(await clusterProblems(graph, registration.restorer, { kubernetesVersion, stack: `${project}/${stack}` }));
  if (!session().offline && platformStack !== undefined) {
    refuse(await loadPlatformStack().missingOnPlatform(graph, platformStack, brings));
  }
  await withoutStackTraces(() => registration.run());
  return { ...registration.told(), serves: servedBy(graph), makes: makesForOthers(graph) };
}

/** What is known of the platform's stack before anybody is asked. */
function beside(stack: string | undefined, project: string): Beside | undefined {
  if (stack === undefined) return undefined;
  return session().offline ? loadPlatformStack().lockedBeside(stack, process.cwd(), project) : { stack };
}

/** Few programs have one. */
const loadPlatformStack = (): typeof import('./platform-stack') => require('./platform-stack');

/** The platform of the first system: a program has one target. */
function platformIn(app: IConstruct): Platform | undefined {
  if (isSystem(app)) return app.platform;
  for (const child of app.node.children) {
    const found = platformIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An App, whichever copy of cdk8s made it. */
function hasResolvers(app: IConstruct): app is IConstruct & { readonly resolvers: IResolver[] } {
  return 'resolvers' in app && Array.isArray(app.resolvers);
}

function tellSession(graph: Graph, environment: string, target: string | undefined): void {
  const { graphs, facts } = session();
  graphs.push(graph);
  facts.environment = environment;
  if (target !== undefined) facts.target = target;
}

function refuse(problems: readonly Problem[]): void {
  const stop = stopping(problems, isDryRun() ? 'preview' : 'up');
  if (stop.length > 0) throw new RefusedError(stop);
}

/** Only Pulumi knows whether an Output from outside is secret, and only once it is known: the open places wait for that. */
async function foreignSecrets(graph: Graph): Promise<Problem[]> {
  const places = foreignInOpenPlaces(graph.nodes);
  const secrets = await Promise.all(places.map(({ foreign }) => isSecret(output(foreign.output))));
  return places.flatMap(({ node, path }, i) =>
    secrets[i] === true ? [openSecret(node, path, 'a Pulumi Output')] : [],
  );
}

/**
 * The SDK takes a stack trace for each promise, and for each resource a whole one, whatever the limit, to say where it was created: which is
 * here. Half the time at thousands of objects. https://v8.dev/docs/stack-trace-api
 */
async function withoutStackTraces(work: () => Promise<void>): Promise<void> {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = String;
  try {
    await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
