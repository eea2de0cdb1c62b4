import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { runOffline } from '../bridge/offline';
import { openSession } from '../bridge/session';
import * as library from '../library';
import { refusals } from './support/offline';

test('the public list grows only on purpose', () => {
  expect(Object.keys(library).sort()).toEqual([
    'ADD_ONS',
    'Access',
    'AddOn',
    'Archive',
    'Backup',
    'CloudResource',
    'ClusterBackup',
    'ErrorReporting',
    'External',
    'FRONT_DOORS',
    'FastDisk',
    'Gateway',
    'HelmRelease',
    'HttpService',
    'IN_CLUSTER',
    'Identity',
    'Job',
    'Migration',
    'Monitoring',
    'ObjectStore',
    'OutputResolver',
    'PROFILES',
    'Postgres',
    'PostgresExporter',
    'ProblemsError',
    'Quota',
    'Redis',
    'RefusedError',
    'RestoreDrill',
    'ReverseProxy',
    'SECURITY_HEADERS',
    'SharedVolume',
    'Signaling',
    'Site',
    'System',
    'Tracing',
    'Turn',
    'VERSIONS',
    'Web',
    'Worker',
    'address',
    'alias',
    'attribute',
    'base64',
    'bring',
    'clusterProvider',
    'component',
    'configSource',
    'connect',
    'connectToFrontDoor',
    'database',
    'expose',
    'exposePort',
    'fromConfig',
    'fromOutput',
    'fromStore',
    'generated',
    'given',
    'host',
    'inject',
    'injectExisting',
    'json',
    'jsonString',
    'keepCredentials',
    'nodeOptions',
    'numberFromOutput',
    'part',
    'password',
    'patch',
    'platformOn',
    'port',
    'program',
    'provide',
    'pullSecret',
    'randomBytes',
    'readEnvironment',
    'register',
    'report',
    'setting',
    'text',
    'uri',
    'url',
    'username',
  ]);
});

// Promises of the types: each line below would be a mistake, and must not compile.
test('wrong programs do not compile', () => {
  const wrong = (app: Construct): void => {
    // @ts-expect-error a part needs an image
    new library.Gateway(app, 'api', { port: 80 });
    // @ts-expect-error a password is a place, not a value
    new library.Redis(app, 'cache', { password: 'hunter2' });
    // @ts-expect-error a size has a unit
    new library.Postgres(app, 'db', { database: 'shop', storage: 20 });
    // @ts-expect-error one of a few words
    new library.Redis(app, 'cache', { whenFull: 'explode' });
    // @ts-expect-error exactly one copy leaves no number to patch
    new library.Gateway(app, 'api', { image: 'a:1', port: 80, scale: { exactlyOneBecause: 'x', max: 3 } });
  };
  expect(typeof wrong).toBe('function');
});

test('a second register is told with its place in the program', async () => {
  const twice = library.program(async () => {
    const app = new App();
    new library.System(app, 'shop', { namespace: 'shop' });
    await library.register(app);
    await library.register(app);
  });
  openSession([]);
  const run = runOffline({ project: 'test', stack: 'dev', config: {}, secretKeys: [] }, twice);
  expect(await refusals(run)).toMatchObject([
    { code: 'SW-REGISTER-001', where: expect.stringMatching(/^test\/library\.test\.ts:\d+:\d+$/) },
  ]);
});
