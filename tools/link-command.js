// npm links the commands of dependencies, not of the project itself: this makes `npx seaworthy` work in a checkout, right after `npm ci`.
const { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const bin = join(__dirname, '..', 'node_modules', '.bin');
if (existsSync(join(__dirname, '..', 'node_modules'))) {
  mkdirSync(bin, { recursive: true });
  const link = join(bin, 'seaworthy');
  rmSync(link, { force: true });
  if (process.platform === 'win32') writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\bin\\seaworthy.js" %*\r\n');
  else symlinkSync('../../bin/seaworthy.js', link);
}
