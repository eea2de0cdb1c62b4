import { App } from 'cdk8s';
import { register } from '../bridge';
import { runOffline } from '../bridge/offline';
import { openSession } from '../bridge/session';
import { connect, Gateway, Postgres, System, url } from '../constructs';
import { asCdk8s } from './as-cdk8s';

const SERVICES_IN_A_SYSTEM = 10;

/** Systems of ten services and a database each, one edge a service. */
export function build(app: App, services: number): void {
  for (let s = 0; s < services / SERVICES_IN_A_SYSTEM; s++) {
    const system = new System(app, `s${s}`, { namespace: `s${s}` });
    const db = new Postgres(system, 'postgres', { database: 'shop' });
    for (let i = 0; i < SERVICES_IN_A_SYSTEM; i++) {
      const api = new Gateway(system, `api${i}`, { image: 'ghcr.io/acme/api:1.0', port: 8080 });
      connect(api, db, { env: { DATABASE_URL: url() } });
    }
  }
}

async function ours(services: number): Promise<number> {
  openSession([]);
  const resources = await runOffline({ project: 'bench', stack: 'dev', config: {}, secretKeys: [] }, async () => {
    const app = new App();
    build(app, services);
    await register(app);
  });
  return resources.length;
}

/** The peer: cdk8s' own synthesis to YAML, in memory, of the same constructs; it registers nothing. */
function cdk8s(services: number): number {
  const app = new App();
  build(app, services);
  return asCdk8s(app).synthYaml().split('\n---\n').length;
}

const [, how, count] = process.argv;
const work = how === 'cdk8s' ? cdk8s : ours;
Promise.resolve(work(Number(count))).then((n) => process.stdout.write(`${n}`));
