import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: in a checkout that of cli/, in the published package the one above dist/. */
export function packageRoot(folder: string = __dirname): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
