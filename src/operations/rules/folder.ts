/** The folder of copies beside a stack file, and what has to change in it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configMapFileName, configMapOfFile } from '../../alerts/rule-files';
import type { RuleCopies } from '../../config/stack-neighbours';

export interface Change {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly name: string;
  /** Text of the file; undefined where it goes. */
  readonly content: string | undefined;
}

/** Also keeps a folder without rules in a repository. */
const README = 'README.md';
const README_TEXT = `# Rules from ConfigMaps

\`npm run rules\` copies these files from labelled ConfigMaps of a cluster. Change the ConfigMaps, and run it again.
`;

/** What has to be done so that a folder holds these files, in the order of their names. Files of others are left alone. */
export function changesOf(folder: string, files: RuleCopies['files']): readonly Change[] {
  const wanted = new Map([
    [README, README_TEXT],
    ...files.map((file) => [configMapFileName(file), file.content] as const),
  ]);
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const copies = there.filter((name) => configMapOfFile(name) !== undefined);
  return [...new Set([...wanted.keys(), ...copies])].sort().flatMap((name): readonly Change[] => {
    const content = wanted.get(name);
    if (content === undefined) return [{ kind: 'removed', name, content }];
    if (!there.includes(name)) return [{ kind: 'added', name, content }];
    return readFileSync(join(folder, name), 'utf8') === content ? [] : [{ kind: 'changed', name, content }];
  });
}

/** Makes the changes. */
export function applyChanges(folder: string, changes: readonly Change[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of changes) {
    if (content === undefined) rmSync(join(folder, name));
    else writeFileSync(join(folder, name), content);
  }
}
