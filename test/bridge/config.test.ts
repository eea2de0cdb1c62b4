import { setAllConfig } from '@pulumi/pulumi/runtime/config';
import { secretConfig } from '../../bridge/config';
import { session } from '../../bridge/session';

beforeEach(() => {
  session().offline = false;
});

test.each([
  ['set with --path', { 'platform:onCall': '{"webhook":"https://events.acme.org/key"}' }],
  ['set without --path', { 'platform:onCall.webhook': 'https://events.acme.org/key' }],
])('a secret of a structure is its value, %s', (_, config) => {
  setAllConfig(config, Object.keys(config));
  expect(secretConfig('platform:onCall.webhook')).toBe('https://events.acme.org/key');
});

test('a secret that is not there is undefined', () => {
  setAllConfig({ 'platform:onCall': '{"dailyWebhook":"https://events.acme.org/key"}' }, ['platform:onCall']);
  expect(secretConfig('platform:onCall.webhook')).toBeUndefined();
  expect(secretConfig('talos:database.password')).toBeUndefined();
});
