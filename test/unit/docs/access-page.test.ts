/** docs/access.md and docs/threat-model.md: what they say to copy is right, and what they say is tested is tested. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type StackConfigInput } from '../../../src/config';
import { configWith } from '../../support/config';
import { codeBlocks, readPage, ROOT } from '../../support/docs-page';
import commands from '../../../bin/commands';
import type { Command } from '../../../src/operations/command';

const access = readPage('access.md');
const threats = readPage('threat-model.md');

const KEY = 'spywatcher-logs:';

/** An example as it stands in a stack file, with or without the key `config` above it. */
function example(text: string): Partial<StackConfigInput> {
  const read = parse(text) as Readonly<Record<string, unknown>>;
  const settings = (read['config'] ?? read) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      if (!key.startsWith(KEY)) throw new Error(`${key} is no key of the stack`);
      return [key.slice(KEY.length), value];
    }),
  );
}

describe('given docs/access.md', () => {
  const examples = codeBlocks(access, 'yaml');

  it('has examples', () => {
    expect(examples).toHaveLength(3);
  });

  it.each(examples)('a stack takes this example: %s', (text) => {
    expect(() => configWith(example(text))).not.toThrow();
  });

  it('runs commands that there are, with options that they have', () => {
    const called = [...access.matchAll(/npm run --silent (\w+) -- --stack prod((?: --[\w-]+)?[^\n`|]*)/g)];
    expect(called.length).toBeGreaterThan(4);
    for (const [command, name = '', rest = ''] of called) {
      const entry = commands[name];
      if (entry === undefined) throw new Error(`${command}: no such command`);
      const source = join(ROOT, entry.module.replace('../lib/', ''));
      const { options } = jest.requireActual<{ readonly default: Command }>(source).default;
      for (const [, option = ''] of rest.matchAll(/--([\w-]+)/g))
        expect({ command, option, known: option in options }).toEqual({ command, option, known: true });
    }
  });

  it('names objects that stack prod has', () => {
    const folder = join(ROOT, 'dist', 'prod');
    const manifests = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    for (const [, kind = '', name = ''] of access.matchAll(/\b(deployment|service)\/(\w+)/g))
      expect(manifests).toMatch(new RegExp(`kind: ${kind}\\n(?:.*\\n)*?  name: ${name}\\n`, 'i'));
  });
});

describe('given docs/threat-model.md', () => {
  // A test file, and after it the titles in it.
  const claims = [...threats.matchAll(/\]\((\.\.\/test\/[^)]+)\)((?:,? `[^`]+`)+)/g)].flatMap(
    ([, file = '', titles = '']) => [...titles.matchAll(/`([^`]+)`/g)].map(([, title = '']) => [file, title] as const),
  );

  it('has a test for every threat that is stopped', () => {
    const [stopped = ''] = threats.split('## Not stopped');
    const rows = [...stopped.matchAll(/^\| (?!who \||---)(.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(row.at(-1)).toMatch(/\]\((\.\.\/test\/|sources\.md)|^likewise$|^the same/);
  });

  it.each(claims)('in %s there is “%s”', (file, title) => {
    const path = join(ROOT, 'docs', file);
    expect(existsSync(path)).toBe(true);
    // Titles of tests, and of rows of tables.
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.filter((line) => /['"`]/.test(line) && line.includes(title))).not.toEqual([]);
  });
});
