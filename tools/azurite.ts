/** Azurite, the emulator of Azure's storage. It is an npm package with some 450 others, so it is no dependency of this project: tests fetch it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, projectRoot } from './cache';
import { withLock } from './lock';

const FILES = ['package.json', 'package-lock.json'];

/** The program of its blob service, which Node.js runs. It is installed once for each lock file. */
export async function ensureAzurite(): Promise<string> {
  const pinned = join(projectRoot(), 'tools', 'azurite');
  const lock = readFileSync(join(pinned, 'package-lock.json'));
  const folder = join(cacheFolder(), 'npm', `azurite-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return Promise.resolve();
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    for (const file of FILES) copyFileSync(join(pinned, file), join(draft, file));
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: draft, stdio: 'pipe' });
    renameSync(draft, folder);
    return Promise.resolve();
  });
  return join(folder, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
}
