// Completes package-lock.json after `npm install` on a machine whose registry has only the binaries of its own platform: npm leaves the
// other platforms' optional packages out, and `npm ci` then refuses the lock everywhere. Adds each with its version, platform and the
// integrity that the registry states, so that `npm ci` over there checks what it fetches.
//   node tools/complete-lock.js
const { execFileSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const file = join(__dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const platform =
  /-(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(gnu|musl))?/;
let added = 0;

/** What the registry says of the tarball of a version. */
function integrityOf(name, version) {
  const said = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json'], { encoding: 'utf8' });
  const integrity = JSON.parse(said);
  if (!/^sha512-/.test(integrity)) throw new Error(`the registry states no integrity of ${name}@${version}`);
  return integrity;
}

for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const [, os, cpu, libc] = platform.exec(name) ?? [];
    const known = lock.packages[`node_modules/${name}`];
    if (known?.integrity !== undefined || os === undefined) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      integrity: integrityOf(name, version),
      cpu: [cpu],
      ...(parent.dev ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc: [libc === 'gnu' ? 'glibc' : libc] }),
      license: parent.license,
      optional: true,
      os: [os],
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms completed\n`);
