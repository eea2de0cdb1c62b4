import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { program, register } from '../../../bridge';

/** A Service at an address that no cluster of ours has: only its API server knows. */
module.exports = program(async () => {
  const app = new App();
  const chart = new Chart(app, 'other', { namespace: 'default' });
  new k8s.KubeService(chart, 'service', {
    metadata: { name: 'web' },
    spec: { clusterIp: '10.200.0.1', ports: [{ port: 80 }] },
  });
  await register(app);
});
