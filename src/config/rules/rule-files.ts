/** What is wrong in a rule file, and with the ConfigMaps that rule files come from. */
import { isDeepStrictEqual } from 'node:util';
import {
  expressionFaults,
  type Fault,
  type KnownNames,
  nameFaults,
  namesOf,
  recordFaults,
  tellingFaults,
  templateFaults,
} from '../../alerts/check';
import { type FileRule, parseRuleFile, type RuleFile } from '../../alerts/rule-file';
import { configMapFileName, configMapPath, type NamedRuleFile, ruleFilesOf } from '../../alerts/rule-files';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { problem, type Rule, when } from './rule';
import { LABELS_READ } from './selector';

type Path = readonly PropertyKey[];

/** A file system takes no longer name. */
const LONGEST_NAME = 255;

export const ruleFileRules: readonly Rule[] = [
  {
    reads: ['alerting.files', 'alerting.configMaps.files', 'alerting.configMaps.namespaces', ...LABELS_READ],
    check: (config) => ruleFilesOf(config.alerting).flatMap((file) => fileProblems(file, namesOf(config))),
  },
  {
    reads: ['alerting.configMaps.files', 'alerting.configMaps.namespaces'],
    check: ({ alerting }) => configMapProblems(alerting.configMaps),
  },
];

function configMapProblems(configMaps: StackConfig['alerting']['configMaps']): readonly Problem[] {
  const { namespaces = [], files = [] } = configMaps ?? {};
  const names = namespaces.map(({ name }) => name);
  return [
    ...names.flatMap((name, index) =>
      when(names.indexOf(name) < index, () =>
        problem(
          ['alerting', 'configMaps', 'namespaces', index, 'name'],
          name,
          'a namespace that is there once',
          'remove it',
        ),
      ),
    ),
    ...files.flatMap((file) => [
      ...when(!names.includes(file.namespace), () =>
        problem(
          configMapPath(file),
          configMapFileName(file),
          `a file of a listed namespace: ${names.join(', ')}`,
          'run npm run rules, which removes it, or list the namespace',
        ),
      ),
      ...when(configMapFileName(file).length > LONGEST_NAME, () =>
        problem(
          configMapPath(file),
          configMapFileName(file),
          `names of namespace, ConfigMap and key that have at most ${LONGEST_NAME - 2} characters together`,
          'shorten the name of the ConfigMap or of its key',
        ),
      ),
    ]),
  ];
}

/** What is wrong in a rule file. */
function fileProblems(
  { path, written, inside, content, remedy }: NamedRuleFile,
  known: KnownNames,
): readonly Problem[] {
  if (content === undefined)
    return [
      problem(
        [...path, 'content'],
        undefined,
        'the text of the file',
        'set it where a program makes the config itself',
      ),
    ];
  const parsed = parseRuleFile(content);
  if ('unreadable' in parsed)
    return parsed.unreadable.map(({ at, why }) =>
      problem(path, written, `a rule file of Loki; at ${at}: ${why}`, remedy),
    );
  return [
    ...groupRules(inside, parsed.file),
    ...rulesOf(parsed.file).flatMap(([at, rule]) => faultProblems([...inside, ...at], fileRuleFaults(rule, known))),
  ];
}

/** Loki refuses a file with two groups of one name. If a rule stands there twice, each of the two alerts resolves the other. */
function groupRules(path: Path, { groups }: RuleFile): readonly Problem[] {
  return groups.flatMap(({ name, rules }, at) => [
    ...when(groups.findIndex((other) => other.name === name) < at, () =>
      problem(
        [...path, 'groups', at, 'name'],
        name,
        'a name that no other group of the file has',
        'rename one of them',
      ),
    ),
    ...when(rules.length === 0, () =>
      problem([...path, 'groups', at, 'rules'], rules, 'at least one rule', 'add one, or remove the group'),
    ),
    ...rules.flatMap((rule, index) =>
      when(rules.findIndex((other) => isDeepStrictEqual(other, rule)) < index, () =>
        problem([...path, 'groups', at, 'rules', index], nameOf(rule), 'a rule that is there once', 'remove it'),
      ),
    ),
  ]);
}

const nameOf = (rule: FileRule): string => ('record' in rule ? rule.record : rule.alert);

function fileRuleFaults(rule: FileRule, known: KnownNames): readonly Fault[] {
  const names = nameFaults('labels', rule.labels);
  if ('record' in rule) return [...expressionFaults(rule.expr, known), ...recordFaults(rule.record), ...names];
  const { labels, annotations } = rule;
  return [
    ...names,
    ...nameFaults('annotations', annotations),
    ...templateFaults(labels, (name) => ({ part: 'labels', name })),
    ...templateFaults(annotations, (name) => ({ part: 'annotations', name })),
    ...expressionFaults(rule.expr, known),
    ...tellingFaults({
      severity: labels['severity'],
      description: annotations['description'],
      runbook: annotations['runbook_url'],
    }),
  ];
}

/** Each rule of a file, and where it is. */
export function rulesOf({ groups }: RuleFile): readonly (readonly [Path, FileRule])[] {
  return groups.flatMap((group, at) =>
    group.rules.map((rule, index) => [['groups', at, 'rules', index] as const, rule] as const),
  );
}

/** Problems of the parts of a rule. */
export function faultProblems(path: Path, faults: readonly Fault[]): readonly Problem[] {
  return faults.map(({ part, name, received, rule, remedy }) =>
    problem([...path, part, ...(name === undefined ? [] : [name])], received, rule, remedy),
  );
}
