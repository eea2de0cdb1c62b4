import { type Problem, ProblemsError } from '../constructs/core/problem';
import { pageOf } from '../plan/page';
import { type Narrowed, type Preview, previewOf } from '../plan/preview';
import { renderPreview } from '../plan/render-preview';
import { countedProblems, renderProblems } from '../plan/render-problems';
import type { PreviewOptions } from './preview-options';
import { type ProjectRun, runProject } from './run-project';

/** True where nothing is wrong. */
export async function preview(options: PreviewOptions): Promise<boolean> {
  if (options.watch) return loadWatch().watch(options);
  const { text, isFine } = await drawn(options);
  process.stdout.write(text);
  return isFine;
}

const loadWatch = (): typeof import('./watch') => require('./watch');

/** Runs the project, and draws it for the page that this process writes on. */
export async function drawn(options: PreviewOptions, started = 0): Promise<{ text: string; isFine: boolean }> {
  const run = await runOrRefusal(options);
  const made = previewOf({ ...run, environment: options.env }, narrowed(options));
  const problems = [...made.problems, ...nothingFound(made, options)];
  const isFine = !problems.some((p) => p.severity === 'error');
  if (options.json) return { text: `${JSON.stringify({ ...made, problems }, null, 2)}\n`, isFine };
  return {
    text: isFine ? page(made, options, (performance.now() - started) / 1000) : refusal(problems, options),
    isFine,
  };
}

/** For a machine, a project that cannot be opened is a preview of nothing, with its problems. */
async function runOrRefusal({
  env,
  system,
  json,
}: PreviewOptions): Promise<Pick<ProjectRun, 'target' | 'graphs' | 'resources' | 'problems'>> {
  try {
    return await runProject(process.cwd(), env, system);
  } catch (error) {
    if (!json || !(error instanceof ProblemsError)) throw error;
    return { target: '', graphs: [], resources: [], problems: error.problems };
  }
}

/** A system or part that was asked for, and is not there. */
function nothingFound({ resources, problems }: Preview, { system, part }: PreviewOptions): Problem[] {
  const asked = [
    ...(system === undefined ? [] : [`system ${system}`]),
    ...(part === undefined ? [] : [`part ${part}`]),
  ];
  if (asked.length === 0 || resources.length > 0 || problems.some((p) => p.severity === 'error')) return [];
  const what = `there is no ${asked.join(' with a ')} here.`;
  return [{ code: 'SW-PROJECT-008', severity: 'error', what, fix: 'npx seaworthy preview, which shows all' }];
}

function page(made: Preview, { all }: PreviewOptions, seconds: number): string {
  return renderPreview(made, {
    page: pageOf(process.stdout, process.env),
    all,
    problemsFirst: isCi(),
    seconds,
  });
}

/** `3 problems in Pulumi.prod.yaml. Nothing was changed.` */
function refusal(problems: readonly Problem[], { env }: PreviewOptions): string {
  const onPage = pageOf(process.stdout, process.env);
  const inFile = problems.every((p) => p.code.startsWith('SW-CONFIG'));
  const where = inFile ? `in Pulumi.${env}.yaml` : `in ${env}`;
  return [
    '',
    `  ${countedProblems(problems)} ${where}. Nothing was changed.`,
    '',
    ...renderProblems(problems, onPage),
    '',
    '',
  ].join('\n');
}

function narrowed({ system, part }: PreviewOptions): Narrowed {
  return { ...(system === undefined ? {} : { system }), ...(part === undefined ? {} : { part }) };
}

function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
