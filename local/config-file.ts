/** Generated configuration files of the cluster's programs. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inState } from './layout';

/** A path in the folder of generated configuration. */
export const configFile = (name: string): string => inState('config', name);

/**
 * Writes a configuration file whose name contains a hash of its content: a new
 * content gives a new command line, by which a process is known to need a restart.
 *
 * @returns the file's path
 */
export function writeConfigFile(name: string, content: string): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const { name: stem, ext } = path.parse(name);
  const file = configFile(`${stem}-${hash}${ext}`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!fs.existsSync(file)) fs.writeFileSync(file, content);
  return file;
}
