import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** The project's folder, whether this file runs compiled (`lib/tools`) or as TypeScript (`tools`). */
export function projectRoot(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, 'tools', 'kubernetes', 'go.mod'))) return folder;
    if (folder === path.dirname(folder)) {
      throw new Error(`no tools/kubernetes/go.mod in a folder above ${__dirname}`);
    }
  }
}

/**
 * The folder of everything that is expensive to make and safe to delete.
 * `SPYWATCHER_LOGS_CACHE` overrides it.
 */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.resolve(process.env.SPYWATCHER_LOGS_CACHE || path.join(base, 'spywatcher-logs'));
}
