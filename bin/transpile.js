// Lets `require` load TypeScript: transpiled by swc, never type-checked, kept on disk by the hash of its text, so that swc itself is
// loaded only where something changed.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');

const FORM = 'v1 es2022 commonjs';
const OPTIONS = {
  jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', keepClassNames: true },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** A program makes many short-lived objects: a larger nursery saves a fifth of the time at a thousand services. */
function transpileOnLoad() {
  setFlagsFromString('--max-semi-space-size=32');
  process.setSourceMapsEnabled(true);
  require.extensions['.ts'] = (module, file) => module._compile(javascriptOf(file), file);
}

function javascriptOf(file) {
  const typescript = readFileSync(file, 'utf8');
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'seaworthy', 'transpiled');
  const kept = join(
    cache,
    `${createHash('sha256').update(FORM).update(file).update('\0').update(typescript).digest('hex')}.js`,
  );
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    const code = transpiled(typescript, file);
    keep(cache, kept, code);
    return code;
  }
}

/** @throws SyntaxError, in the words of the compiler, without its own stack */
function transpiled(typescript, file) {
  try {
    return require('@swc/core').transformSync(typescript, { ...OPTIONS, filename: file, swcrc: false }).code;
  } catch (error) {
    const [words] = error.message.split('\n\n\nCaused by:');
    throw Object.assign(new SyntaxError(words.trimEnd()), { code: 'SEAWORTHY_SYNTAX', file });
  }
}

/** A cache that cannot be written costs time, and nothing else. */
function keep(cache, kept, code) {
  try {
    mkdirSync(cache, { recursive: true });
    const draft = `${kept}.${process.pid}`;
    writeFileSync(draft, code);
    renameSync(draft, kept);
  } catch {
    // Read-only or full: the next run transpiles again.
  }
}

module.exports = { transpileOnLoad };
