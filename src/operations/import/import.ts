/** Files that describe a running stack → a stack file, and a report on every value of theirs. */
import { stringify } from 'yaml';
import { PROJECT } from '../../config';
import { isMapping } from '../../config/mapping';
import { ConfigError, type Problem } from '../../config/problem';
import { readYaml } from '../../syntax/yaml';
import { assemble, type Assembled } from './assemble';
import { Found } from './found';
import { moveOf } from './move';
import { kindOf, type KindName, KINDS } from './kinds';
import { type ReadFile, report } from './report';
import { readTree } from './source';

export interface Given {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** @default - by its keys */
  readonly kind?: KindName | undefined;
}

export interface Imported extends Assembled {
  /** The text of the stack file. */
  readonly stackFile: string;
  readonly report: string;
  readonly files: readonly ReadFile[];
}

/**
 * @param now - by which lines of a period may have expired.
 * @throws ConfigError where a file is no YAML, or of no known kind.
 */
export function importStack(given: readonly Given[], now = new Date()): Imported {
  const found = new Found();
  const files = given.map((one) => readFile(one, found));
  const assembled = assemble(found, now);
  return {
    ...assembled,
    files,
    stackFile: stackFileText(assembled.draft.content),
    report: report(files, assembled, found.notes, moveOf(found)),
  };
}

function readFile({ file, bytes, kind }: Given, found: Found): ReadFile {
  const { value, faults } = readYaml(bytes);
  if (value === undefined || value === null)
    throw new ConfigError(
      file,
      faults.length === 0
        ? [empty()]
        : faults.map(({ position, rule, remedy }) => ({ path: position, received: '(not shown)', rule, remedy })),
    );
  const name = kind ?? kindOf(value);
  if (name === undefined) throw new ConfigError(file, [unknownKind()]);
  if (name === 'config' && isWhole(value)) throw new ConfigError(file, [wholeConfig()]);
  const { title, rows } = KINDS[name];
  return { file, title, entries: readTree(value, rows, found) };
}

/** More limits than anybody sets: with all of Loki's defaults. */
function isWhole(config: unknown): boolean {
  const limits = isMapping(config) ? config['limits_config'] : undefined;
  return isMapping(limits) && Object.keys(limits).length > 60;
}

const wholeConfig = (): Problem => ({
  path: 'limits_config',
  received: '(every key that Loki has)',
  rule: 'what somebody has set, without Loki’s defaults',
  remedy: 'take it from /config?mode=diff of the running Loki, or from its config file',
});

const empty = (): Problem => ({
  path: 'the whole file',
  received: '(an empty file)',
  rule: 'a mapping',
  remedy: 'give the values file of a chart, or Loki’s config',
});

const unknownKind = (): Problem => ({
  path: 'the whole file',
  received: '(not shown)',
  rule: `one of ${Object.values(KINDS)
    .map(({ title }) => title)
    .join(', ')}`,
  remedy: `if it is one of them, say which by --chart: ${Object.keys(KINDS).join(', ')}`,
});

function stackFileText(content: Readonly<Record<string, unknown>>): string {
  const config = Object.fromEntries(
    Object.entries(content).map(([section, value]) => [`${PROJECT}:${section}`, value]),
  );
  // A day without quotes is a time for Pulumi.
  return stringify({ config }, { lineWidth: 120, compat: 'yaml-1.1' });
}
