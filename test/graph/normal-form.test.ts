import { normalForm } from '../../graph/normal-form';

const container = (more: object) => ({ spec: { template: { spec: { containers: [{ name: 'a', ...more }] } } } });

test.each([
  [
    'quantities',
    container({ resources: { limits: { cpu: '1000m', memory: '2048Mi' } } }),
    container({ resources: { limits: { cpu: '1', memory: '2Gi' } } }),
  ],
  [
    'a quantity that is a number',
    container({ resources: { limits: { cpu: 1 } } }),
    container({ resources: { limits: { cpu: '1' } } }),
  ],
  ['an empty variable', container({ env: [{ name: 'A', value: '' }] }), container({ env: [{ name: 'A' }] })],
  ['empty lists', container({ env: [], volumeMounts: [] }), container({})],
  [
    'plain flags',
    container({ volumeMounts: [{ name: 'v', readOnly: false }] }),
    container({ volumeMounts: [{ name: 'v' }] }),
  ],
  ['numbers that are nothing', { spec: { minReadySeconds: 0 } }, { spec: {} }],
  ['empty parameters', { parameters: {}, provisioner: 'p' }, { provisioner: 'p' }],
])('%s are as the API server keeps them', (_what, written, kept) => {
  expect(normalForm('apps/v1', written)).toEqual(kept);
});

test.each([
  ['an empty folder', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }],
  ['an empty selector', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
  ['no storage class', { spec: { storageClassName: '' } }],
  ['no copies', { spec: { replicas: 0 } }],
  ['a flag that is a choice', container({ securityContext: { privileged: false, readOnlyRootFilesystem: false } })],
  ['a role without rules', { rules: [] }],
  ['what a person wrote into a map', { data: { cpu: '1000m', empty: '', limits: '2048Mi' } }],
])('%s means something, and stays', (_what, written) => {
  expect(normalForm('apps/v1', written)).toEqual(written);
});

test('what a CRD holds stays as it is written', () => {
  const written = { spec: { resources: { limits: { cpu: '1000m' } }, env: [] } };
  expect(normalForm('postgresql.cnpg.io/v1', written)).toEqual(written);
});
