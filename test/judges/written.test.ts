import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Graph } from '../../graph/graph';
import { at } from '../../graph/json-value';
import { makeFolders } from '../../plan/made-folder';
import { KUSTOMIZATION, kustomization, yamlFiles } from '../../plan/yaml';
import { FETCHED, judge } from '../support/judges';
import { accepting, scored } from '../support/kube-score';
import { ENVIRONMENTS, FIVE, platformGraph, systemGraph } from '../support/systems';

jest.setTimeout(300_000);

const SCHEMAS = ['kubernetes/', ''].flatMap((folder) => [
  ...['-schema-location', `${FETCHED}/schemas/${folder}{{.ResourceKind}}{{.KindSuffix}}.json`],
]);
/** Flux's own kinds, whose schemas nothing here brings. */
const FLUX = 'HelmRelease,HelmRepository';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'seaworthy-written-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

/** What `synth` writes, as files. */
function written(graphs: readonly Graph[]) {
  const files = yamlFiles(graphs);
  makeFolders(out, files.folders, { project: 'seaworthy', environment: 'test' });
  writeFileSync(join(out, KUSTOMIZATION), kustomization([...files.folders.keys()]));
  const paths = [...files.folders].flatMap(([folder, contents]) =>
    [...contents.keys()].map((file) => `${folder}/${file}`),
  );
  return { ...files, paths: paths.filter((path) => path.endsWith('.yaml')) };
}

const key = (object: unknown) =>
  [
    at(object, 'apiVersion'),
    at(object, 'kind'),
    at(object, 'metadata', 'namespace'),
    at(object, 'metadata', 'name'),
  ].join(' ');
const sorted = (objects: readonly unknown[]) => [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));

/** Each environment with all of its systems. */
const WRITTEN: [string, () => Graph[]][] = [
  ...ENVIRONMENTS.map((stack): [string, () => Graph[]] => [
    stack,
    () => FIVE.map((system) => systemGraph(system, stack)),
  ]),
  ['platform', () => [platformGraph()]],
];

describe.each(WRITTEN)('%s, as files', (_name, graphs) => {
  test('kubeconform, strict: each file is as its schema says', () => {
    const { paths } = written(graphs());
    const args = ['-strict', '-summary', '-output', 'json', '-skip', FLUX, ...SCHEMAS];
    const { stdout } = judge('kubeconform', [...args, ...paths.map((path) => join(out, path))]);
    const report: unknown = JSON.parse(stdout);
    expect(at(report, 'resources') ?? []).toEqual([]);
    expect(at(report, 'summary')).toMatchObject({ invalid: 0, errors: 0 });
  });

  test('kube-score: nothing, but what is accepted with a reason', () => {
    const found = scored(written(graphs()).paths.map((path) => join(out, path)));
    expect(found.filter((finding) => accepting(finding) === undefined)).toEqual([]);
  });

  test('kubectl, whose YAML is Go’s, reads what was written: namespaces first, and no Secret with placeholders', () => {
    const { paths, secrets, folders } = written(graphs());
    const { status, stdout, output } = judge('kubectl', ['kustomize', out]);
    expect(status === 0 ? '' : output).toBe('');
    const read = parseAllDocuments(stdout).map((document): unknown => document.toJS());
    const listed = paths.filter((path) => !secrets.includes(path));
    const meant = listed.map((path): unknown => {
      const [folder = '', file = ''] = path.split('/');
      return parse(folders.get(folder)?.get(file) ?? '', { version: '1.1' });
    });
    expect(sorted(read)).toEqual(sorted(meant));
    const kinds = read.map((object) => at(object, 'kind'));
    expect(kinds.lastIndexOf('Namespace')).toBeLessThan(kinds.findIndex((kind) => kind !== 'Namespace'));
  });
});
