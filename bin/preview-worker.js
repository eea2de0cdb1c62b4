// Loads every library of a preview, then waits for the word: see cli/watch.ts.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { transpileOnLoad } = require('./transpile');

transpileOnLoad();
require('@pulumi/pulumi/runtime/stack');
require('cdk8s-plus-27');
require('yaml');
const checkout = join(__dirname, '..', 'cli', 'preview-worker.ts');
process.once('message', (options) => {
  require(existsSync(checkout) ? checkout : join(__dirname, '..', 'dist', 'cli', 'preview-worker.js')).answer(options);
});
