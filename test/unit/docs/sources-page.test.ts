/** docs/sources.md: what it lists is what the log model and the pipelines have, and what it says to copy is right. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseStackConfig, type StackConfig } from '../../../src/config';
import {
  CLAIMABLE_JOBS,
  FIELDS,
  type Field,
  FORMATS,
  LABELS,
  LEVEL_ALIASES,
  LEVELS,
  POD_LABELS,
  SECRET_PATTERNS,
} from '../../../src/log-model';
import { PIPELINES } from '../../../src/pipelines/promtail';
import { ERASURE_NOT_ALLOWED, QUERIES_OF_LOKI } from '../../../src/pipelines/drop-rules';
import { names as namesOf } from '../../../src/pipelines/json';
import { podRelabelConfigs } from '../../../src/pipelines/promtail/discovery';
import { configWith } from '../../support/config';
import { codeBlocks, readPage, ROOT } from '../../support/docs-page';

const page = readPage('sources.md');

/** Text below a heading, up to the next one of the same depth or above. A comment in a block of code is none. */
function section(heading: string): string {
  const lines = page.split('\n');
  const code = lines.map(
    (_, index) => lines.slice(0, index + 1).filter((line) => line.startsWith('```')).length % 2 === 1,
  );
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`docs/sources.md has no heading "${heading}"`);
  const depth = heading.indexOf(' ');
  const above = new RegExp(`^#{1,${depth}} `);
  const end = lines.findIndex((line, index) => index > start && code[index] === false && above.test(line));
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** Cells of the rows of a section's tables, without the head. */
function rows(heading: string): readonly (readonly string[])[] {
  return [...section(heading).matchAll(/^\| (.*) \|$/gm)].slice(1).map(([, row = '']) => row.split(' | '));
}

/** What a text has between backticks. */
const names = (text = ''): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const blocks = (heading: string, language: string): readonly string[] => codeBlocks(section(heading), language);

/** Without the white space that all lines begin with. */
function dedent(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  return lines.map((line) => line.slice(Math.min(...indents)).trimEnd()).join('\n');
}

/** The agent's config of an example, in a stack that has nothing else. */
function agentOf(heading: string): StackConfig['agent'] {
  const [example = ''] = blocks(heading, 'yaml');
  const { config } = parse(example) as { readonly config: Readonly<Record<string, object>> };
  expect(Object.keys(config)).toEqual(['spywatcher-logs:agent']);
  return parseStackConfig('docs/sources.md', { environment: 'dev', agent: config['spywatcher-logs:agent'] }).agent;
}

test('the log format of nginx is the one that the tests run', () => {
  const [, tested = ''] =
    /# -{4} from here: to copy\n([^]*?) *# -{4} to here/.exec(
      readFileSync(join(ROOT, 'test', 'fixtures', 'nginx', 'nginx.conf'), 'utf8'),
    ) ?? [];
  expect(tested).toContain('log_format');
  expect(blocks('### nginx', 'nginx')[0]?.trimEnd()).toBe(dedent(tested).trimEnd());
});

test('every format has its row, and no row is without a format', () => {
  expect(
    rows('## Formats')
      .slice(0, FORMATS.length)
      .map(([format]) => names(format)),
  ).toEqual(FORMATS.map((format) => [format]));
});

test.each(FORMATS)('what stands beside the lines of %s is what its pipeline puts there', (format) => {
  const table = rows('## Formats');
  const cell = table.find(([name]) => name === `\`${format}\``)?.[2];
  const same = cell === 'the same' ? table[FORMATS.indexOf('auto')]?.[2] : cell;
  const fields: readonly string[] = Object.values(FIELDS);
  expect(
    names(same)
      .filter((name) => fields.includes(name))
      .toSorted(),
  ).toEqual(PIPELINES[format].metadata.toSorted());
});

test('every kind of secret has its row, in the order in which they are taken out', () => {
  expect(rows('## What is taken out').map(([kind]) => kind)).toEqual([
    ...new Set(SECRET_PATTERNS.map(({ kind }) => kind)),
  ]);
});

test('spellings of a secret’s name: those that are said to be known are, those that are said not to be are not', () => {
  const [, sentences = ''] = section('## What is taken out').replaceAll(/\s+/g, ' ').split('A name is looked for');
  const [known = '', unknown = ''] = sentences.split(' - ')[0]?.split('another mix of') ?? [];
  const lookedFor = SECRET_PATTERNS.filter(({ kind }) => kind === 'secret after its name').flatMap(
    ({ exact }) => exact,
  );
  const isKnown = (name: string): boolean => lookedFor.some((text) => name.includes(text));
  expect(names(known).map((name) => [name, isKnown(name)])).toEqual([
    ['access_key', true],
    ['ACCESS_KEY', true],
    ['Access_Key', true],
    ['accessKey', true],
  ]);
  expect(names(unknown).map((name) => [name, isKnown(name)])).toEqual([
    ['pASSWORD', false],
    ['tOkEn', false],
  ]);
});

test('every spelling of a level is in the row of its level', () => {
  const table = rows('### Levels').map(([level, spellings]) => [...names(level), names(spellings).toSorted()]);
  expect(table).toEqual(
    LEVELS.map((level) => [
      level,
      Object.keys(LEVEL_ALIASES)
        .filter((alias) => LEVEL_ALIASES[alias] === level && alias !== level)
        .toSorted(),
    ]),
  );
});

test('every logger that is said to be recognised has its fixtures, and every documented form its logger', () => {
  const named = rows('### Loggers that are recognised').flatMap((cells) => names(cells.at(-1)));
  const fixtures = join(ROOT, 'test', 'fixtures');
  expect(named.filter((name) => !existsSync(join(fixtures, name)))).toEqual([]);
  const documented = readdirSync(join(fixtures, 'documented')).map((name) => `documented/${name}`);
  expect(documented.filter((name) => !named.includes(name))).toEqual([]);
});

test.each<[string, Field]>([
  ['level', 'level'],
  ['time', 'timestamp'],
  ['request', 'requestId'],
  ['user', 'userId'],
  ['trace', 'traceId'],
])('names of the %s in JSON are those that the pipeline knows', (row, field) => {
  const documented = rows('### Names in JSON and logfmt').find(([of]) => of === row)?.[1];
  expect(names(documented)).toEqual(namesOf(field));
});

test('labels of a pod are tried in the order that the table has', () => {
  const labels = [POD_LABELS.app, POD_LABELS.legacyApp];
  const ofJob = rows('## Which pod is which job').find(([label]) => label === '`job`')?.[1];
  expect(names(ofJob)).toEqual([POD_LABELS.job, ...labels]);
  const step = podRelabelConfigs(FORMATS, { excludeNamespaces: [] }).find(
    (each) => each['target_label'] === LABELS.job,
  );
  expect(step?.['source_labels']).toEqual([
    ...names(ofJob).map((name) => `__meta_kubernetes_pod_label_${name.replaceAll(/[./-]/g, '_')}`),
    '__meta_kubernetes_pod_container_name',
  ]);
  expect(section('## Which pod is which job')).toContain(`\`${POD_LABELS.format}\``);
});

test('the jobs whose format follows from their name are those that discovery knows', () => {
  const sentence = section('## Which pod is which job').replaceAll(/\s+/g, ' ');
  const documented = [...sentence.matchAll(/((?:`\w+` and )*`\w+`)(?: are read)? as `(\w+)`/g)].map(
    ([, jobs, format = '']) => [format, names(jobs)],
  );
  const known = FORMATS.filter((format) => format !== 'auto').flatMap((format) => {
    const step = podRelabelConfigs(FORMATS, { excludeNamespaces: [] }).find(
      ({ replacement }) => replacement === format,
    );
    const jobs = /\|;\(\?:(.*)\)$/.exec(String(step?.['regex']))?.[1]?.split('|') ?? [];
    return jobs.length === 0 ? [] : [[format, jobs]];
  });
  expect(known.length).toBeGreaterThan(2);
  expect(documented.filter(([format]) => format !== 'auto')).toEqual(known);
});

test('all labels of streams are named, and no other', () => {
  const [sentence = ''] = section('## Labels').split(', and no source');
  expect(names(sentence).toSorted()).toEqual(Object.values(LABELS).toSorted());
});

test('all jobs that a record may claim are named, and no other', () => {
  const claimed = section('### Records that say whose they are').matchAll(/`"job":"(\w+)"`/g);
  expect([...claimed].map(([, job]) => job)).toEqual(CLAIMABLE_JOBS);
});

describe('an example of a stack file is accepted, and means what the page says:', () => {
  test('files', () => {
    expect(agentOf('## Log files on nodes').files).toEqual([
      { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
      { name: 'backend', job: 'backend', format: 'auto', directory: '/var/log/spywatcher', files: '*.log' },
    ]);
  });

  test('redactions: each has a capture group, without which Promtail replaces nothing', () => {
    const { redact: expressions } = agentOf('## What is taken out');
    expect(expressions.length).toBeGreaterThan(0);
    for (const { expression: text } of expressions) expect(new RegExp(`${text}|`).exec('')).toHaveLength(2);
  });

  test('drop rules: they replace the default', () => {
    const [byDefault] = configWith().agent.drop;
    expect(section('## What is left out')).toContain(`one rule, \`${byDefault?.name ?? ''}\``);
    for (const { name } of [QUERIES_OF_LOKI, ERASURE_NOT_ALLOWED])
      expect(section('## What is left out')).toContain(`\`${name}\``);
    expect(agentOf('## What is left out').drop.map(({ name, keep }) => [name, keep])).toEqual([
      ['static-files', 0.01],
      ['debug', 0.1],
    ]);
  });
});
