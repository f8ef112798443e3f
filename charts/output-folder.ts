/** The folder of rendered manifests is replaced as a whole: whoever looks finds the old manifests or the new ones. */
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

/** Manifests are `<folder>/<stack>/*.k8s.yaml`. All else in the folder is somebody else's, and stays. */
const MANIFEST = /^[^/]+\/[^/]+\.k8s\.yaml$/;

/**
 * Replaces the manifests in `folder`. Everything is written beside it first; then the two change places. A run that is killed
 * leaves the old folder or the new one, or, between two renames, none: {@link recover} brings the old one back.
 *
 * @param write - writes all manifests below the folder that it is given.
 */
export function replaceManifests(folder: string, write: (draft: string) => void): void {
  recover(folder);
  const target = place(folder);
  const draft = sibling(target, 'new');
  try {
    mkdirSync(draft, { recursive: true });
    if (existsSync(target)) copyOthers(target, draft);
    write(draft);
    exchange(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Copies a folder as a whole: `to` is never half of it. */
export function copyFolder(from: string, to: string): void {
  recover(to);
  const draft = sibling(place(to), 'new');
  cpSync(from, draft, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  exchange(draft, place(to));
}

/** Undoes what a run that was killed has left behind; what a run that lives is about is left alone. */
export function recover(folder: string): void {
  const target = place(folder);
  for (const { path, kind, pid } of siblings(target)) {
    if (kind === 'old' && !existsSync(target)) renameSync(path, target);
    else if (!isAlive(pid)) rmSync(path, { recursive: true, force: true });
  }
}

/** Where the folder really is: a link to it stays one. */
function place(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : resolve(folder);
}

function copyOthers(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (path) => !MANIFEST.test(relative(from, path).split(sep).join('/')),
  });
  // A stack that is no more leaves no folder.
  for (const entry of readdirSync(to, { withFileTypes: true })) {
    const path = join(to, entry.name);
    if (entry.isDirectory() && readdirSync(path).length === 0) rmdirSync(path);
  }
}

/** Where another run has put a folder in the place meanwhile, that one is the old one. */
function exchange(draft: string, target: string): void {
  const old = sibling(target, 'old');
  const ATTEMPTS = 5;
  for (let attempt = 1; ; attempt += 1) {
    rmSync(old, { recursive: true, force: true });
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(draft, target);
      break;
    } catch (error) {
      if (attempt < ATTEMPTS) continue;
      recover(target);
      throw error;
    }
  }
  rmSync(old, { recursive: true, force: true });
}

/** Beside the folder, so that it is on the same disk; named after the run. */
function sibling(target: string, kind: 'new' | 'old'): string {
  return join(dirname(target), `.${basename(target)}-${kind}-${process.pid}`);
}

function siblings(
  target: string,
): readonly { readonly path: string; readonly kind: 'new' | 'old'; readonly pid: number }[] {
  const parent = dirname(target);
  if (!existsSync(parent)) return [];
  return readdirSync(parent).flatMap((name) => {
    const kind = (['new', 'old'] as const).find((each) => name.startsWith(`.${basename(target)}-${each}-`));
    const pid = Number(/-(\d+)$/.exec(name)?.[1]);
    return kind === undefined || Number.isNaN(pid) ? [] : [{ path: join(parent, name), kind, pid }];
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
