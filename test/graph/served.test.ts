import { servedBy } from '../../graph/served';
import { platformGraph } from '../support/systems';

test('a platform serves what its releases bring', () => {
  expect(servedBy(platformGraph())).toEqual(
    expect.arrayContaining(['cert-manager.io', 'monitoring.coreos.com', 'velero.io']),
  );
});
