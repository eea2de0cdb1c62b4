// npm run bench: ratios, in one run. CPU seconds and peak memory of whole processes, the median of a few; not wall time, which a busy
// machine falsifies.
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const root = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'));
const TRANSPILE = `require(${JSON.stringify(join(root, 'bin', 'transpile.js'))}).transpileOnLoad()`;

function once(args, input) {
  const file = join(folder, 'measured.json');
  const env = {
    ...process.env,
    CI: '',
    SEAWORTHY_MEASURE: file,
    NODE_OPTIONS: `--require ${join(__dirname, 'measure.js')}`,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`${args.join(' ')}\n${stderr}`);
  return { ...JSON.parse(readFileSync(file, 'utf8')), stdout };
}

function measured(args, times) {
  const runs = Array.from({ length: times }, () => once(args)).sort((a, b) => a.cpu - b.cpu);
  return runs[Math.floor(times / 2)];
}

const services = (how, n, times) =>
  measured(['-e', `${TRANSPILE}; require(${JSON.stringify(join(__dirname, 'services.ts'))})`, how, String(n)], times);
const row = (name, value, note = '') => process.stdout.write(`| ${name} | ${value} | ${note} |\n`);
const seconds = ({ cpu, megabytes }) => `${cpu.toFixed(2)} s, ${megabytes.toFixed(0)} MB`;

process.stdout.write(
  `node ${process.version}, CPU of whole processes\n\n| what | CPU, peak memory | |\n|---|---|---|\n`,
);
const seaworthy = join(root, 'bin', 'seaworthy.js');
once([seaworthy, 'preview']);
row('`preview`, dev', seconds(measured([seaworthy, 'preview'], 7)), 'goal: at most 1.2 s');
row('`preview --env prod`', seconds(measured([seaworthy, 'preview', '--env', 'prod'], 7)));
row(
  'node with @pulumi/pulumi and cdk8s-plus-27 loaded, nothing done',
  seconds(measured(['-e', "require('@pulumi/pulumi'); require('cdk8s-plus-27')"], 5)),
);
const [small, large] = [services('ours', 100, 3), services('ours', 1000, 1)];
row(`100 services, ${small.stdout} resources, in preview`, seconds(small));
row(
  `1,000 services, ${large.stdout} resources, in preview`,
  seconds(large),
  `${(large.cpu / small.cpu).toFixed(1)} times as much for 10 times the services`,
);
const [peerSmall, peerLarge] = [services('cdk8s', 100, 3), services('cdk8s', 1000, 1)];
row(
  '100 services, `App.synthYaml` of cdk8s',
  seconds(peerSmall),
  `ours/cdk8s ${(small.cpu / peerSmall.cpu).toFixed(2)}`,
);
row(
  '1,000 services, `App.synthYaml` of cdk8s',
  seconds(peerLarge),
  `ours/cdk8s ${(large.cpu / peerLarge.cpu).toFixed(2)}`,
);
rmSync(folder, { recursive: true, force: true });
