import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfProject, ROOT } from '../support/command';

jest.setTimeout(30_000);

test('--watch draws again after a save, and marks what changed', async () => {
  const { folder, dispose } = copyOfProject();
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'seaworthy.js'), 'preview', '--watch'], { cwd: folder });
  try {
    let seen = '';
    const showing = (words: RegExp) =>
      new Promise<void>((resolve) => {
        const look = (chunk: Buffer) => {
          seen += chunk.toString();
          if (!words.test(seen)) return;
          child.stdout.off('data', look);
          resolve();
        };
        child.stdout.on('data', look);
      });
    await showing(/https:\/\/talos\.local\.test\/api/);
    expect(seen).not.toContain('▎');
    const file = join(folder, 'Pulumi.dev.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('talos.local.test', 'talos.other.test'));
    await showing(/▎ +← internet +https:\/\/talos\.other\.test\/mcp/);
    expect(seen.match(/▎/g)).toHaveLength(4);
  } finally {
    child.kill('SIGINT');
    dispose();
  }
});
