/** docs/logger.md: its tables of options are those of the types. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'logger.md'), 'utf8');

/** Names of the properties of an interface, as it is written. */
function properties(file: string, name: string): readonly string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, 'src/logger', file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const found = source.statements.filter(ts.isInterfaceDeclaration).find((statement) => statement.name.text === name);
  if (found === undefined) throw new Error(`${file} has no interface ${name}`);
  return found.members.flatMap((member) =>
    member.name !== undefined && ts.isIdentifier(member.name) ? [member.name.text] : [],
  );
}

/** Names in the first column of the tables of a section. */
function documented(section: string): readonly string[] {
  const [, text = ''] = page.split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/\w+/g)].map(([word]) => word),
  );
}

test.each<[string, readonly (readonly [string, string])[]]>([
  ['Options', [['options.ts', 'LoggerOptions']]],
  ['Requests', [['request-logger.ts', 'RequestLoggerOptions']]],
  ['Files', [['files.ts', 'FilesOptions']]],
  [
    'The browser',
    [
      ['browser.ts', 'BrowserLogsCapture'],
      ['browser-logs.ts', 'BrowserLogsOptions'],
    ],
  ],
])('%s: every option has its row, and no row is without an option', (section, interfaces) => {
  const wanted = interfaces.flatMap(([file, name]) => properties(file, name));
  expect([...documented(section)].sort()).toEqual([...wanted].sort());
});

test('every way to say what is secret is shown', () => {
  for (const name of properties('sanitize.ts', 'SanitizeOptions')) expect(page).toContain(`    ${name}: [`);
});
