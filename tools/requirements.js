#!/usr/bin/env node
// npm run requirements [-- --mutate | --table]: the ledger of what the five briefs ask for, docs/requirements.md. Each id stands in it exactly once, as
//   assertion     tests with the id in their names, which ran and passed
//   application   only the application's own code can do it; what is done around it
//   later         which capability brings it
//   superseded    a trap or a contradiction; what replaced it, and why
// --mutate also changes rendered values (tools/mutations.json), and sees the named tests fail.
const { spawn, spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const SYSTEMS = { TAL: 99, TLW: 84, TCO: 31, TDO: 67, ALC: 105 };
const CLASSES = ['assertion', 'application', 'later', 'superseded'];
const ID = /\b(?:TAL|TLW|TCO|TDO|ALC)-\d{2,3}\b/g;

const ids = Object.entries(SYSTEMS).flatMap(([prefix, count]) =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`),
);

/** Rows of the ledger: `| id | class | where |`. */
function ledger() {
  const text = readFileSync(join(ROOT, 'docs', 'requirements.md'), 'utf8');
  return [...text.matchAll(/^\| ([A-Z]{3}-\d{2,3}) \| (\S+) \| (.*?) \|$/gm)].map(([, id, kind, where]) => ({
    id,
    kind,
    where,
  }));
}

/** Names of the tests with an id in them, by id, with how they ended. */
function ran() {
  const file = join(mkdtempSync(join(tmpdir(), 'seaworthy-requirements-')), 'results.json');
  const args = ['--selectProjects', 'unit', 'judges', '--testNamePattern', ID.source, '--json', '--outputFile', file];
  const { status } = spawnSync(process.execPath, [JEST, ...args], { cwd: ROOT, stdio: ['ignore', 'ignore', 'ignore'] });
  const results = JSON.parse(readFileSync(file, 'utf8'));
  const found = new Map();
  for (const { assertionResults } of results.testResults) {
    for (const { fullName, status: ended } of assertionResults) {
      if (ended === 'pending') continue;
      for (const id of new Set(fullName.match(ID)))
        found.set(id, [...(found.get(id) ?? []), { name: fullName, ended }]);
    }
  }
  return { found, isFine: status === 0 };
}

function problems(rows, found) {
  const wrong = [];
  for (const id of ids) {
    const count = rows.filter((row) => row.id === id).length;
    if (count !== 1) wrong.push(`${id} stands in docs/requirements.md ${count} times; each id once.`);
  }
  for (const { id, kind, where } of rows) {
    const tests = found.get(id) ?? [];
    if (!ids.includes(id)) wrong.push(`${id} is no requirement.`);
    if (!CLASSES.includes(kind)) wrong.push(`${id} is of the class "${kind}". Known: ${CLASSES.join(', ')}.`);
    if (where.trim() === '') wrong.push(`${id} says nothing.`);
    if (kind === 'assertion' && tests.length === 0) wrong.push(`${id} is an assertion, and no test with its name ran.`);
    for (const { name, ended } of tests) if (ended !== 'passed') wrong.push(`${id}: ${ended}: ${name}`);
  }
  return wrong;
}

/** One test run with one rendered value changed: the tests of the id must fail. */
function mutated({ id, ...mutation }) {
  return new Promise((resolve) => {
    const args = [
      '--selectProjects',
      'unit',
      '--testPathPatterns',
      'test/stacks',
      '--testNamePattern',
      `\\b${id}\\b`,
      '--silent',
    ];
    const env = { ...process.env, SEAWORTHY_MUTATION: JSON.stringify(mutation) };
    const child = spawn(process.execPath, [JEST, ...args], { cwd: ROOT, env, stdio: 'ignore' });
    child.once('exit', (status) =>
      resolve(status === 0 ? [`${id}: ${mutation.of} ${mutation.at.join('.')} changed, and its tests passed.`] : []),
    );
  });
}

async function mutations() {
  const all = JSON.parse(readFileSync(join(__dirname, 'mutations.json'), 'utf8'));
  const survived = [];
  for (let i = 0; i < all.length; i += 2) {
    survived.push(...(await Promise.all(all.slice(i, i + 2).map(mutated))).flat());
    process.stderr.write(`  ${Math.min(i + 2, all.length)} of ${all.length} mutations\r`);
  }
  process.stderr.write('\n');
  return { count: all.length, survived };
}

async function main() {
  const rows = ledger();
  process.stderr.write(`  running the tests that name one of ${ids.length} requirements …\n`);
  const { found } = ran();
  const wrong = problems(rows, found);
  for (const kind of CLASSES) {
    const counts = Object.keys(SYSTEMS).map(
      (prefix) => `${prefix} ${rows.filter((r) => r.kind === kind && r.id.startsWith(prefix)).length}`,
    );
    console.log(
      `  ${kind.padEnd(12)} ${String(rows.filter((r) => r.kind === kind).length).padStart(3)}   ${counts.join('  ')}`,
    );
  }
  if (process.argv.includes('--mutate')) {
    const { count, survived } = await mutations();
    wrong.push(...survived);
    console.log(`  ${count} rendered values were changed; ${count - survived.length} times the named test failed`);
  }
  if (wrong.length > 0) {
    console.error(`\n${wrong.map((line) => `  ✗ ${line}`).join('\n')}\n`);
    process.exitCode = 1;
  }
}

main();
