import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { program, register } from '../../../bridge';

/** A program with a name that only the API server knows to be wrong; on the ambient cluster. */
export = program(async () => {
  const app = new App();
  new k8s.KubeConfigMap(new Chart(app, 'other', { namespace: 'default' }), 'map', { metadata: { name: 'Not_A_Name' } });
  await register(app);
});
