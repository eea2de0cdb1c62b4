import { App, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import { Gateway, nodeOptions, program, register, System } from '../../../library';

/** A service that asks for as many cores as SHOP_CORES says, and is waited for 15 seconds. */
export = program(async () => {
  const app = new App();
  const shop = new System(app, 'shop', { namespace: 'shop' });
  const api = new Gateway(shop, 'api', {
    image: 'ghcr.io/acme/api:1.0',
    port: 8080,
    scale: { min: 1, max: 1 },
    resources: {
      cpu: { request: Cpu.units(Number(process.env.SHOP_CORES)), limit: Cpu.units(2000) },
      memory: { request: Size.mebibytes(64), limit: Size.mebibytes(64) },
    },
  });
  nodeOptions(api.node.findChild('deployment'), { timeoutSeconds: 15 });
  await register(app);
});
