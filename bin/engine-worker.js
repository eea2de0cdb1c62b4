// One operation of the Pulumi engine, in a process of its own: see cli/recover.ts.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { transpileOnLoad } = require('./transpile');

transpileOnLoad();
// What fails in an operation rejects promises inside of the SDK; what it means is told by the engine's events.
process.on('unhandledRejection', () => undefined);
const checkout = join(__dirname, '..', 'operate', 'engine.ts');
const { perform } = require(existsSync(checkout) ? checkout : join(__dirname, '..', 'dist', 'operate', 'engine.js'));
process.once('message', async ({ operation, project }) => {
  let sent = Promise.resolve();
  await perform(operation, project, (told) => {
    sent = new Promise((resolve) => process.send(told, resolve));
  });
  // They go in order; what is not through yet would be lost with the process.
  await sent;
  process.exit(0);
});
