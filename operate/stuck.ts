import { type Problem, ProblemsError } from '../constructs/core/problem';
import type { Told } from './engine';

const EXISTS = /already exists/i;
/** How a program of ours is refused: see bridge/register.ts. */
const REFUSED = /\d+ problems?\. Nothing was changed\.\s+([\s\S]*?)(?:\n\s*\n\s*\n|$)/;

/** What the engine said of each failure, as problems; of a program that is refused, that it is. */
export function stuck(told: readonly Told[]): ProblemsError {
  const said = told.flatMap((t) => ('message' in t ? [t.message] : []));
  const refused = said.map((message) => REFUSED.exec(message)?.[1]).find((found) => found !== undefined);
  if (refused !== undefined) return new ProblemsError([refusal(refused)]);
  const failures = told.flatMap((t) => (t.kind === 'failure' && t.urn !== '' ? [t] : []));
  const problems = failures.filter(({ urn }) => !urn.includes('::pulumi:pulumi:Stack::')).map(failure);
  const ended = told.flatMap((t) => (t.kind === 'ended' ? [t.message] : []));
  return new ProblemsError(problems.length > 0 ? problems : [whole(ended.join('\n').trim())]);
}

function refusal(problems: string): Problem {
  const what = `the program is refused, as any up of it would be; recover changed nothing:\n${problems.trimEnd()}`;
  return {
    code: 'SW-RECOVER-008',
    severity: 'error',
    what,
    fix: 'mend these; npx seaworthy preview tells them as well',
  };
}

function failure({ urn, message }: { readonly urn: string; readonly message: string }): Problem {
  const where = urn.split('::').at(-1) ?? urn;
  // It exists, and nothing says that this stack made it: to take it over is for a person to decide.
  const fix = EXISTS.test(message)
    ? "if it is yours, nodeOptions(…, { import: 'NAMESPACE/NAME' }) takes it over; else delete or rename one of the two"
    : 'what follows tells why; mend it, and run recover again';
  return { code: 'SW-RECOVER-004', severity: 'error', where, what: message.trim(), fix };
}

/** What stopped the operation as a whole. */
function whole(message: string): Problem {
  if (/spawn pulumi ENOENT/.test(message)) {
    const what = 'the program pulumi is not on PATH.';
    return { code: 'SW-RECOVER-005', severity: 'error', what, fix: 'https://www.pulumi.com/docs/install/' };
  }
  const [, stack] = /no stack named '([^']+)'/.exec(message) ?? [];
  if (stack === undefined) {
    const fix = 'what Pulumi said is above; mend it, and run recover again';
    return { code: 'SW-RECOVER-004', severity: 'error', what: message, fix };
  }
  const what = `the backend that pulumi is logged in to has no stack ${stack}.`;
  return { code: 'SW-RECOVER-006', severity: 'error', what, fix: 'pulumi login, and pulumi stack ls' };
}
