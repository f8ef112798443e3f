/** A page of docs/, for tests that hold it against what it speaks of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the project is. */
export const ROOT = join(__dirname, '..', '..');

export function readPage(name: string): string {
  return readProjectFile(join('docs', name));
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The blocks of code of a language, in their order, without the white space that a list puts before them. */
export function codeBlocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(/^( *)```(\w*)\n([^]*?)^\1```$/gm)]
    .filter(([, , of]) => of === language)
    .map(([, indent = '', , code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** Targets of links, without what is outside of the project. */
export function localLinks(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of a page's headings, as GitHub makes them: the second of a name has `-1` after it. */
export function anchors(page: string): readonly string[] {
  const names = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before}`;
  });
}
