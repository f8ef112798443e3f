/** Test files and the rule files that they name → tests to be run. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { closest } from '../config/suggest';
import type { Problem } from '../config/problem';
import { compressLogql } from './compress';
import { type ExpandedStream, expand } from './lines';
import { lastTime } from './judge';
import { AlertTestError, parseBy } from './problems';
import type { Run } from './run';
import { type Rule, type RuleGroup, ruleFileSchema, type TestCase, testFileSchema } from './schema';

/** A test with its lines, and what it asks of each group that it has expectations of. */
export interface LoadedTest {
  readonly file: string;
  readonly test: TestCase;
  readonly streams: readonly ExpandedStream[];
  readonly runs: readonly Run[];
}

/** The rules of a stack of this project, as its Loki has them. */
export type StackRules = (stack: string) => readonly RuleGroup[];

/**
 * Reads a test file, and the rules that it is about.
 *
 * @throws AlertTestError with all problems of the file that has some.
 */
export function loadTests(file: string, stackRules: StackRules): readonly LoadedTest[] {
  const { rule_files = [], stack, evaluation_interval, tests } = parseBy(testFileSchema, file, readYaml(file));
  const groups = [
    ...rule_files.flatMap((name) => loadRules(resolve(dirname(file), name))),
    ...(stack === undefined ? [] : stackRules(stack)),
  ];
  const known = new Set(groups.flatMap(({ rules }) => rules.map(nameOf)));
  const problems = tests.flatMap((test, index) => unknownNames(test, index, [...known]));
  if (problems.length > 0) throw new AlertTestError(file, problems);
  return tests.map((test) => {
    const streams = test.input.map(expand);
    return { file, test, streams, runs: runsOf(test, streams, groups, evaluation_interval) };
  });
}

export function nameOf({ alert, record }: Rule): string {
  return alert ?? record ?? '';
}

/** The rules of a file, each of them as Loki would read it. */
function loadRules(file: string): readonly RuleGroup[] {
  const { groups } = parseBy(ruleFileSchema, file, readYaml(file));
  const problems = groups.flatMap(({ rules }, group) =>
    rules.flatMap(({ expr }, rule): readonly Problem[] => {
      try {
        compressLogql(expr, 1);
        return [];
      } catch (error) {
        return [
          {
            path: `groups[${group}].rules[${rule}].expr`,
            received: JSON.stringify(expr),
            rule: `LogQL: ${error instanceof Error ? error.message : String(error)}`,
            remedy: 'try it in Grafana’s Explore',
          },
        ];
      }
    }),
  );
  if (problems.length > 0) throw new AlertTestError(file, problems);
  return groups;
}

function readYaml(file: string): unknown {
  const problem = (path: string, rule: string, remedy: string): AlertTestError =>
    new AlertTestError(file, [{ path, received: '(not read)', rule, remedy }]);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw problem(file, `a file that can be read (${why})`, 'check the path; rule_files are relative to the test file');
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const at = error.linePos?.[0];
    throw problem(
      at === undefined ? '(the whole file)' : `line ${at.line}, column ${at.col}`,
      `YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
      'look for a missing colon, quote or space',
    );
  }
}

function unknownNames({ alerts, records }: TestCase, test: number, known: readonly string[]): readonly Problem[] {
  const problem = (path: string, name: string): readonly Problem[] => {
    if (known.includes(name)) return [];
    const similar = closest(name, known);
    return [
      {
        path: `tests[${test}].${path}`,
        received: JSON.stringify(name),
        rule: 'the name of a rule that is tested',
        remedy: similar === undefined ? `write one of ${known.join(', ')}` : `did you mean ${similar}?`,
      },
    ];
  };
  return [
    ...alerts.flatMap(({ alert }, index) => problem(`alerts[${index}].alert`, alert)),
    ...records.flatMap(({ record }, index) => problem(`records[${index}].record`, record)),
  ];
}

/**
 * One run for each group with a rule that the test names. No rule of Loki's reads what another has recorded, so the
 * others are left out.
 */
function runsOf(
  { alerts, records }: TestCase,
  streams: readonly ExpandedStream[],
  groups: readonly RuleGroup[],
  usual: number,
): readonly Run[] {
  const names = new Set([...alerts.map(({ alert }) => alert), ...records.map(({ record }) => record)]);
  const end = Math.max(...alerts.map(lastTime), ...records.map(lastTime));
  return groups.flatMap((group) => {
    const rules = group.rules.filter((rule) => names.has(nameOf(rule)));
    const interval = group.interval ?? usual;
    return rules.length === 0
      ? []
      : [{ group: { ...group, rules }, streams, interval, evaluations: Math.floor(end / interval) }];
  });
}
