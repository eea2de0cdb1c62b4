import type { Connection } from '../constructs/core/part';
import { flowed, folded, type Page, padded, paintOn, spreadLine, widthOf } from './page';
import { makerOf, type Preview, type PreviewResource, type PreviewSystem } from './preview';
import { counted, countedProblems, renderProblems } from './render-problems';
import { hiddenIn } from './wire';

export interface RenderOptions {
  readonly page: Page;
  /** Lists each object with its URN. */
  readonly all: boolean;
  /** Problems before everything else, as a CI log wants them. */
  readonly problemsFirst: boolean;
  readonly seconds: number;
}

/** The preview as a person reads it: by part and edge, what is decided, what is unknown, what cannot talk. */
export function renderPreview(whole: Preview, options: RenderOptions): string {
  const preview = { ...whole, resources: whole.resources.filter((r) => r.component === undefined) };
  const { page } = options;
  const paint = paintOn(page);
  const problems = preview.problems.length === 0 ? [] : ['', ...renderProblems(preview.problems, page)];
  const head = `  ${paint.bold(preview.environment)} · ${preview.target} · ${paint.dim('offline: nothing was contacted')}`;
  const lines = [
    '',
    folded(head, page, 4),
    ...(options.problemsFirst ? problems : []),
    ...preview.systems.flatMap((system) => ['', ...renderSystem(system, preview, options)]),
    ...unowned(preview, options),
    ...(options.problemsFirst ? [] : problems),
    '',
    ...summary(preview, options),
    '',
  ];
  return lines.map((line) => line.trimEnd()).join('\n');
}

function renderSystem(system: PreviewSystem, preview: Preview, options: RenderOptions): string[] {
  const { page } = options;
  const paint = paintOn(page);
  const resources = preview.resources.filter((r) => r.system === system.name);
  const edges = preview.edges.filter((e) => [e.from, e.to].some((end) => end.split('/')[0] === system.name));
  const size = [
    counted(system.parts.length, 'part'),
    counted(edges.length, 'edge'),
    `${counted(resources.length, 'resource')} (${madeBy(resources)})`,
  ];
  const column = Math.max(8, ...system.parts.map((p) => widthOf(p.name))) + 3;
  const parts = system.parts.flatMap((part, i) => {
    const facts = flowed(`  ${paint.bold(padded(part.name, column))}`, part.facts, page, column + 2);
    const [callers, others] = [edges.filter((e) => e.to === part.path), edges.filter((e) => e.to !== part.path)];
    const about = [...callers, ...others].flatMap((edge) => edgeLine(edge, part.path, system.name, page));
    return [...(i === 0 ? [] : ['']), facts, ...about];
  });
  const closed = !system.closed
    ? ''
    : folded('  Not reachable: everything that is not written above, but DNS.', page, 4);
  const objects = options.all ? ['', ...resources.map((r) => objectLine(r, page))] : [];
  const title = spreadLine(`  ${paint.bold(system.name)}`, paint.dim(size.join('  ')), page);
  return [title, '', ...parts, ...(closed === '' ? [] : ['', paint.dim(closed)]), ...objects];
}

/** An edge as the part sees it: who calls it, or whom it calls with which variables. */
function edgeLine(edge: Connection, part: string, system: string, page: Page): string[] {
  const paint = paintOn(page);
  const short = (path: string) => (path.startsWith(`${system}/`) ? path.slice(system.length + 1) : path);
  if (edge.to === part) {
    const told = edge.facts.length > 0 ? edge.facts : [`:${edge.port}`];
    return [flowed(`    ${paint.cyan('←')} ${padded(short(edge.from), 10)} `, told, page, 17)];
  }
  if (edge.from !== part) return [];
  const reached = edge.facts.length === 0 ? `:${edge.port}` : edge.facts.join('   ');
  const variables = edge.variables.length === 0 ? [{ name: reached, unknown: [] }] : edge.variables;
  return variables.map(({ name, secret, unknown }) => {
    const later = unknown.length === 0 ? [] : [`known after apply: ${unknown.map(short).join(', ')}`];
    const hidden = [...(secret === undefined ? [] : ['secret']), ...later];
    const place = secret === undefined ? [] : [`${secret.name}/${secret.key}`];
    const note = hidden.length === 0 ? [] : [paint.dim(`[${hidden.join(', ')}]`)];
    return flowed(`    ${paint.green('→')} ${padded(short(edge.to), 10)} `, [name, ...place, ...note], page, 17);
  });
}

function objectLine(resource: PreviewResource, page: Page): string {
  const paint = paintOn(page);
  const where = resource.namespace === undefined ? resource.name : `${resource.namespace}/${resource.name}`;
  const kind = resource.kind ?? resource.type.split(':').at(-1) ?? resource.type;
  return `  ${padded(kind, 24)} ${where}${resource.protect ? ' (protected)' : ''}\n    ${paint.dim(resource.urn)}`;
}

/** What belongs to no system: providers, and objects of a bare app. */
function unowned(preview: Preview, { page, all }: RenderOptions): string[] {
  const resources = preview.resources.filter((r) => r.system === undefined);
  if (!all || resources.length === 0) return [];
  return ['', paintOn(page).bold('  of the environment'), '', ...resources.map((r) => objectLine(r, page))];
}

function summary(preview: Preview, { page, seconds }: RenderOptions): string[] {
  const paint = paintOn(page);
  const hidden = preview.resources.flatMap((r) => hiddenIn(r.inputs));
  const secrets = hidden.filter((h) => h.secret === true).length;
  const unknown = hidden.filter((h) => h.unknown !== undefined).length;
  const unchecked =
    preview.unchecked.length === 0
      ? []
      : [paint.dim(folded(`  Fields not checked (no schema here): ${preview.unchecked.join(', ')}.`, page, 4))];
  const parts = [
    counted(preview.resources.length, 'resource'),
    `${counted(unknown, 'value')} known after apply`,
    `${counted(secrets, 'secret')}, none shown`,
    ...(preview.problems.length === 0 ? [] : [countedProblems(preview.problems)]),
    `${seconds.toFixed(1)} s`,
  ];
  const stops = preview.problems.some((p) => p.severity === 'error');
  const next = stops ? [] : [paint.dim(`  Next: pulumi up --stack ${preview.environment}`)];
  const asks = preview.requests.pods === 0 ? [] : [paint.dim(folded(`  ${requestsInWords(preview)}`, page, 4))];
  return [...unchecked, ...asks, folded(`  ${parts.join(' · ')}`, page, 2), ...next];
}

const GIBI = 1024 ** 3;
/** What minikube's own pods ask for, with the add-ons ingress and metrics-server, and a rest for Helm releases: cores and GiB. */
const ASIDE = { cpu: 1, memory: 2 };

/** `15 pods ask for 3.5 CPU and 5.7 GiB`; of a laptop's cluster, how to start one that has it. */
function requestsInWords({ requests: { cpu, memory, pods }, target }: Preview): string {
  const asked = `${counted(pods, 'pod')} ask${pods === 1 ? 's' : ''} for ${Number(cpu.toFixed(2))} CPU and ${Number((memory / GIBI).toFixed(1))} GiB`;
  if (target !== 'minikube') return `${asked}.`;
  const start = `minikube start --cpus ${Math.ceil(cpu + ASIDE.cpu)} --memory ${Math.ceil(memory / GIBI + ASIDE.memory)}g`;
  return `${asked}: ${start}`;
}

function madeBy(resources: readonly PreviewResource[]): string {
  const makers = new Map<string, number>();
  for (const resource of resources) makers.set(makerOf(resource), (makers.get(makerOf(resource)) ?? 0) + 1);
  return [...makers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([maker, n]) => `${n} ${maker}`)
    .join(', ');
}
