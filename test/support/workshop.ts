import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { at, isRecord, list, text } from '../../graph/json-value';
import { containersOf, JUDGES_PATH, judge, type KubeJson, nameIn, objectNamed, type Verdict } from './judges';

/** Postgres refuses to run as root. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** A folder where programs run as a user that is not root, and where jobs run as the kubelet would run them. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'seaworthy-scripts-'));

  /** A folder that the user of the servers may write. */
  own(...path: string[]): string {
    const made = join(this.folder, ...path);
    mkdirSync(made, { recursive: true });
    if (isRoot) chownSync(made, NOBODY, NOBODY);
    return made;
  }

  /** A program, as a user that is not root. */
  run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Verdict {
    const [first = program, ...rest] = [...this.asNobody(program), ...args];
    const path = [join(this.folder, 'bin'), JUDGES_PATH].join(delimiter);
    return judge('env', [`PATH=${path}`, first, ...rest], { env: { HOME: this.folder, ...env }, cwd: this.folder });
  }

  /** Puts a script of bash before a program, for what runs here; `$real` in it is the real one. */
  instead(program: string, script: string): void {
    const real = judge('bash', ['-c', 'command -v "$1"', '-', program]).stdout.trim();
    writeFileSync(join(this.own('bin'), program), `#!/bin/bash\nreal=${real}\n${script}\n`, { mode: 0o755 });
  }

  /** The real programs again. */
  restore(): void {
    rmSync(join(this.folder, 'bin'), { recursive: true, force: true });
  }

  /** Words before the arguments of a program, for those who start it themselves. */
  asNobody(program: string): string[] {
    return isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', program] : [program];
  }

  job(objects: readonly KubeJson[], name: string, more: NodeJS.ProcessEnv): Job {
    return new Job(this, objects, name, more);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The containers of a CronJob, run one after the other as the kubelet would, with variables and scripts as they are rendered. */
export class Job {
  readonly object: KubeJson;
  readonly scripts: string;
  readonly work: string;

  constructor(
    private readonly shop: Workshop,
    objects: readonly KubeJson[],
    name: string,
    private readonly more: NodeJS.ProcessEnv,
  ) {
    this.object = objectNamed(objects, 'CronJob', name);
    this.scripts = shop.own('scripts', name);
    this.work = shop.own('work', name);
    const { data } = objectNamed(objects, 'ConfigMap', `${name}-scripts`);
    for (const [file, script] of Object.entries(isRecord(data) ? data : {}))
      writeFileSync(join(this.scripts, file), String(script));
  }

  run(more: NodeJS.ProcessEnv = {}): Verdict {
    rmSync(this.work, { recursive: true, force: true });
    this.shop.own('work', nameIn(this.object));
    let output = '';
    for (const container of containersOf(this.object)) {
      const [shell = '', script = ''] = list(container.command).map(String);
      const rendered = Object.fromEntries(
        list(container.env).map((v) => [text(at(v, 'name')) ?? '', text(at(v, 'value')) ?? '']),
      );
      const here = {
        WORK: this.work,
        SCRIPTS: this.scripts,
        RCLONE_CONFIG_STORE_REMOTE: join(this.shop.folder, 'store'),
      };
      const step = this.shop.run(shell, [script.replace('/scripts', this.scripts)], {
        ...rendered,
        ...here,
        ...this.more,
        ...more,
      });
      output += step.output;
      if (step.status !== 0) return { ...step, output };
    }
    return { status: 0, output, stdout: output };
  }
}
