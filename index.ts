import { App } from 'cdk8s';
import { configSource, onlySystem, program, register } from './bridge';
import { SYSTEMS } from './stacks';
import { readEnvironment } from './stacks/environment';
import { platformOn } from './targets';

/** The Pulumi program: configuration → environment → target → systems → graph → bridge. `pulumi up` and `seaworthy` both run it. */
export = program(async () => {
  const source = configSource();
  const environment = readEnvironment(source, SYSTEMS, onlySystem());
  const app = new App();
  const facts = { ...environment, project: source.project, environment: environment.name };
  const platform = platformOn(app, facts);
  for (const { build } of environment.systems) build(app, { platform, environment: environment.name });
  const { platformStack } = environment;
  return register(app, {
    problems: environment.problems,
    target: platform.name,
    kubernetesVersion: platform.kubernetesVersion,
    brings: platform.brings,
    ...(platformStack === undefined ? {} : { platformStack }),
    ...(platform.clusterFacts === undefined ? {} : { outputs: { ...platform.clusterFacts } }),
  });
});
