// One operation of the real engine in a process of its own: prints what the engine says; exits 1 where it refuses.
const { join } = require('node:path');

require(join(__dirname, '..', '..', 'bin', 'transpile')).transpileOnLoad();
const { Engine } = require('./engine.ts');
const { execFileSync } = require('node:child_process');

async function main() {
  const bin = execFileSync(join(__dirname, '..', '..', 'tools', 'build'), { encoding: 'utf8' }).trim();
  const engine = new Engine(bin);
  try {
    const stack = await engine.stack(
      // Not our project, whose lock holds five systems.
      'acme',
      'dev',
      require(join(__dirname, '..', '..', process.argv[4] ?? 'index.ts')),
      JSON.parse(process.argv[3]),
    );
    await stack[process.argv[2]]({ onOutput: (text) => process.stdout.write(text) });
  } catch {
    process.exitCode = 1;
  } finally {
    engine.dispose();
  }
}

main();
