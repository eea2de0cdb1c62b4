// npm run bench: ratios, in one run. CPU seconds and peak memory of whole processes, the median of a few; not wall time, which a busy
// machine falsifies.
const { spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
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

/** CPU and memory of any program, as the kernel counts them. */
function measuredProgram([program, ...args], times) {
  const format = ['-f', '%U %S %M', '-o', join(folder, 'time')];
  const runs = Array.from({ length: times }, () => {
    const { status, stderr } = spawnSync('/usr/bin/time', [...format, program, ...args], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    });
    if (status !== 0) throw new Error(stderr);
    const [user, system, kilobytes] = readFileSync(join(folder, 'time'), 'utf8')
      .trim()
      .split('\n')
      .at(-1)
      .split(' ')
      .map(Number);
    return { cpu: user + system, megabytes: kilobytes / 1024 };
  });
  return runs.sort((a, b) => a.cpu - b.cpu)[Math.floor(times / 2)];
}

/** A chart and a kustomization of the same Kubernetes objects, already written out: no templates, no values. */
function peers(made) {
  const bin = spawnSync(join(root, 'tools', 'build'), ['peers'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout.trim();
  const objects = readdirSync(join(made, 'objects'));
  mkdirSync(join(made, 'chart', 'templates'), { recursive: true });
  for (const file of objects) {
    const text = readFileSync(join(made, 'objects', file), 'utf8');
    writeFileSync(join(made, 'chart', 'templates', file), text.replaceAll('{{', '{{ "{{" }}'));
  }
  writeFileSync(join(made, 'chart', 'Chart.yaml'), 'apiVersion: v2\nname: talos\nversion: 1.0.0\n');
  writeFileSync(join(made, 'objects', 'kustomization.yaml'), `resources:\n${objects.map((f) => `- ${f}\n`).join('')}`);
  return {
    '`helm template` of the Kubernetes objects alone, written out': [
      join(bin, 'helm'),
      'template',
      'talos',
      join(made, 'chart'),
    ],
    '`kustomize build` of the same': [join(bin, 'kustomize'), 'build', join(made, 'objects')],
  };
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
const talos = [seaworthy, 'preview', '--env', 'prod', '--system', 'talos'];
row(
  '`preview --system talos`',
  seconds(measured([seaworthy, 'preview', '--system', 'talos'], 7)),
  'goal: at most 1.2 s',
);
row('`preview --env prod --system talos`', seconds(measured(talos, 7)));
row(
  '`preview --env prod`, five systems',
  seconds(measured([seaworthy, 'preview', '--env', 'prod'], 7)),
  'goal: at most 3 s',
);
row(
  'node with @pulumi/pulumi and cdk8s-plus-27 loaded, nothing done',
  seconds(measured(['-e', "require('@pulumi/pulumi'); require('cdk8s-plus-27')"], 5)),
);

// Talos prod, by those who would do it otherwise. The conventional program has the same resources with typed classes, type-checked as
// `pulumi new typescript` sets it up, and runs offline through the same recorder.
const made = mkdtempSync(join(__dirname, '.made-'));
try {
  const count = once([
    '-e',
    `${TRANSPILE}; require(${JSON.stringify(join(__dirname, 'conventional.ts'))})`,
    made,
  ]).stdout;
  const prod = measured(talos, 7);
  const against = (peer) => `ours/theirs ${(prod.cpu / peer.cpu).toFixed(2)}`;
  const conventional = measured([join(__dirname, 'conventional-run.js'), made], 3);
  row(
    `conventional Pulumi program, ${count} resources, type-checked ts-node`,
    seconds(conventional),
    `${against(conventional)}; goal: at most 0.25`,
  );
  const synth = measured(['-e', `${TRANSPILE}; require(${JSON.stringify(join(__dirname, 'app-synth.ts'))})`, made], 3);
  row('the same constructs, `App.synth` of cdk8s', seconds(synth), against(synth));
  for (const [name, command] of Object.entries(peers(made))) {
    const peer = measuredProgram(command, 5);
    row(name, seconds(peer), against(peer));
  }
} finally {
  rmSync(made, { recursive: true, force: true });
}
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
