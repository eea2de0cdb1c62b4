import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/command';
import { targetsTable } from '../support/targets-table';

const PAGE = join(ROOT, 'docs', 'targets.md');
const [BEGIN, END] = ['<!-- made by test/targets/table.test.ts -->\n', '\n<!-- until here -->'];

/** Written anew where somebody asks: WRITE_DOCS=1 npx jest --selectProjects unit test/targets/table.test.ts */
test('TCO-07, TCO-30 docs/targets.md says what each target makes of each part', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [shown = '', after = ''] = rest.split(END);
  const table = targetsTable();
  if (process.env.WRITE_DOCS === '1') writeFileSync(PAGE, `${before}${BEGIN}${table}${END}${after}`);
  else expect(shown).toBe(table);
});
