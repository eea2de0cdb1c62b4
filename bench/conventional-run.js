// Runs a conventional Pulumi program as its host does, type-checked by ts-node, through our offline recorder.
//   usage: conventional-run.js FOLDER
const { join } = require('node:path');

const folder = process.argv[2];
process.chdir(folder);
require('ts-node').register({ project: join(folder, 'tsconfig.json') });
const { runOffline } = require(join(__dirname, '..', 'dist', 'bridge', 'offline.js'));
const { openSession } = require(join(__dirname, '..', 'dist', 'bridge', 'session.js'));

openSession([]);
runOffline({ project: 'bench', stack: 'prod', config: {}, secretKeys: [] }, async () => {
  require(join(folder, 'index.ts'));
}).then((resources) => process.stdout.write(String(resources.length)));
