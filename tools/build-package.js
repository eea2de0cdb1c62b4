// Builds dist/: CommonJS by swc (as the tests run it), declarations by tsc, the data files, and a thin ESM door to the one CommonJS build,
// so that a program has one registry of markers whichever way it imports.
const { execFileSync } = require('node:child_process');
const { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');
const swc = require('@swc/core');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const ROOMS = ['bridge', 'cli', 'constructs', 'graph', 'operate', 'plan', 'stacks', 'targets', 'library.ts'];
const OPTIONS = {
  jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', keepClassNames: true },
  module: { type: 'commonjs' },
  sourceMaps: true,
};

function filesBelow(path) {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];
}

rmSync(dist, { recursive: true, force: true });
for (const file of ROOMS.flatMap((room) => filesBelow(join(root, room)))) {
  const target = join(dist, relative(root, file)).replace(/\.ts$/, '.js');
  mkdirSync(dirname(target), { recursive: true });
  if (!file.endsWith('.ts')) {
    cpSync(file, target);
    continue;
  }
  const { code, map } = swc.transformSync(readFileSync(file, 'utf8'), {
    ...OPTIONS,
    filename: file,
    sourceFileName: relative(dirname(target), file),
    swcrc: false,
  });
  writeFileSync(target, `${code}\n//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
  writeFileSync(`${target}.map`, map);
}
const declarations = [
  '--declaration',
  '--emitDeclarationOnly',
  '--noEmit',
  'false',
  '--outDir',
  dist,
  '-p',
  join(root, 'tools', 'tsconfig.package.json'),
];
execFileSync(join(root, 'node_modules', '.bin', 'tsc'), declarations, { stdio: 'inherit' });

const names = Object.keys(require(join(dist, 'library.js'))).sort();
writeFileSync(
  join(dist, 'library.mjs'),
  `import library from './library.js';\nexport const {\n${names.map((n) => `  ${n},\n`).join('')}} = library;\n`,
);
process.stdout.write(`dist: ${names.length} names\n`);
