import type { Problem } from '../constructs/core/problem';
import { ProblemsError } from '../constructs/core/problem';

/** One assignment of a `.env`. */
interface Assignment {
  readonly name: string;
  readonly value: string;
}

const HEAD = /^[ \t]*(?:export[ \t]+)?([A-Za-z_.-][\w.-]*)[ \t]*[=:]/;

/**
 * What a `.env` says, as `docker compose` reads it: bare, in single or double quotes over several lines, with `export`, with comments behind.
 * https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 * @throws ProblemsError where a quote does not end; no line of it is shown
 */
export function variablesOf(text: string, where: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const name = HEAD.exec(line)?.[1];
    if (name === undefined) continue;
    const rest = line.slice(HEAD.exec(line)?.[0].length).trimStart();
    const quote = rest[0];
    if (quote !== "'" && quote !== '"') {
      found[name] = substituted(rest.replace(/(^|\s)#.*$/, '').trim(), found);
      continue;
    }
    const first = i;
    let body = rest.slice(1);
    while (endOf(body, quote) === undefined) {
      if (i + 1 >= lines.length) throw new ProblemsError([unended(where, first + 1)]);
      body += `\n${lines[++i]}`;
    }
    const inner = body.slice(0, endOf(body, quote));
    found[name] = quote === "'" ? inner.replaceAll("\\'", "'") : substituted(unescaped(inner), found);
  }
  return found;
}

/** The same text, byte for byte, with what is not in it yet below. */
export function withVariables(text: string, fresh: readonly (Assignment & { readonly comment?: string })[]): string {
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  const lines = fresh.map(({ name, value, comment }) => {
    return `${comment === undefined ? '' : `# ${comment}\n`}${name}=${quoted(value)}\n`;
  });
  return `${text}${lines.length === 0 ? '' : end}${lines.join('')}`;
}

/** Single quotes keep every sign as it is, and lines too. What they cannot hold (a backslash before a quote, or at the end) is written in double ones. */
function quoted(value: string): string {
  if (!/\\('|$)/.test(value)) return `'${value.replaceAll("'", "\\'")}'`;
  return `"${value.replaceAll(/[\\"$]/g, '\\$&')}"`;
}

/** Where a quoted text ends. */
function endOf(body: string, quote: string): number | undefined {
  for (let i = 0; i < body.length; i++) {
    if (body[i] === '\\') i++;
    else if (body[i] === quote) return i;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
/** A dollar that is none, until names are put in. */
const DOLLAR = '\u0000';

function unescaped(inner: string): string {
  return inner.replaceAll(/\\([\s\S])/g, (all, sign: string) => {
    if (sign === '$') return DOLLAR;
    return ESCAPES[sign] ?? (sign === '"' || sign === '\\' ? sign : all);
  });
}

function substituted(text: string, known: Readonly<Record<string, string>>): string {
  const put = (name: string) => known[name] ?? process.env[name] ?? '';
  return text
    .replaceAll(/\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g, (_, long?: string, short?: string) =>
      put(long ?? short ?? ''),
    )
    .replaceAll(DOLLAR, '$');
}

function unended(where: string, line: number): Problem {
  const what = 'a quote begins and does not end, so nobody can say what the variables behind it are.';
  return { code: 'SW-COMPOSE-005', severity: 'error', where: `${where}:${line}`, what, fix: "NAME='value'" };
}
