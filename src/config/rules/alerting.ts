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
import { hasRecordingRules, OWN_FILE, ruleFileName, runbookUrl, stackLogRules } from '../../alerts/tenant-rules';
import { type FileRule, parseRuleFile, type RuleFile } from '../../alerts/rule-file';
import { hasHeartbeat, WATCHDOG } from '../derived/heartbeat';
import { builtInLogAlerts } from '../known-alerts';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { closest } from '../suggest';
import { problem, type Rule, when } from './rule';
import { LABELS_READ } from './selector';

type Path = readonly PropertyKey[];

export const alertingRules: readonly Rule[] = [
  { reads: ['alerting', 'namespaces', ...LABELS_READ], check: builtInRules },
  { reads: ['alerting.disabled'], check: knownNames },
  { reads: ['alerting.rules', 'alerting.recording', 'alerting.files', ...LABELS_READ], check: ownRules },
  {
    reads: ['alerting.files', ...LABELS_READ],
    check: (config) => config.alerting.files.flatMap((file, index) => filesRules(file, index, namesOf(config))),
  },
  { reads: ['alerting', 'namespaces', 'alertmanager'], check: uniqueNames },
  { reads: ['alerting', 'auth.loki.tenants'], check: knownTenants },
  {
    reads: ['alerting', 'monitoring', 'environment', 'namespaces'],
    check: (config) =>
      when(
        hasRecordingRules(config) && config.alerting.remoteWrite === undefined && config.monitoring.type !== 'embedded',
        () =>
          problem(
            ['alerting', 'remoteWrite'],
            config.alerting.remoteWrite,
            'recording rules have a Prometheus that keeps what they record',
            'set alerting.remoteWrite, or monitoring.type: embedded',
          ),
      ),
  },
];

/** The built-in rules contain thresholds and names of the config, so they are checked with them. */
function builtInRules(config: StackConfig): readonly Problem[] {
  const known = namesOf(config);
  return stackLogRules(config).flatMap((rule) =>
    problems(
      ['alerting', 'thresholds'],
      [
        ...expressionFaults(rule.expr, known),
        ...tellingFaults({ ...rule, runbook: runbookUrl(config.alerting.runbooks, rule.name) }),
        ...templateFaults({ runbook: runbookUrl(config.alerting.runbooks, rule.name) }, () => ({ part: 'runbook' })),
      ],
    ),
  );
}

function knownNames(config: StackConfig): readonly Problem[] {
  const names = builtInLogAlerts(config);
  return config.alerting.disabled.flatMap((name, index) =>
    when(!names.includes(name), () => {
      const similar = closest(name, names);
      return problem(
        ['alerting', 'disabled', index],
        name,
        `the name of a built-in alert: ${names.join(', ')}`,
        similar === undefined ? 'remove it' : `write ${similar}`,
      );
    }),
  );
}

function ownRules(config: StackConfig): readonly Problem[] {
  const { alerting } = config;
  const known = namesOf(config);
  return [
    ...alerting.rules.flatMap((rule, index) => {
      const { summary, description, runbook } = rule;
      return problems(
        ['alerting', 'rules', index],
        [
          ...expressionFaults(rule.expr, known),
          ...tellingFaults(rule),
          ...templateFaults({ summary }, () => ({ part: 'summary' })),
          ...templateFaults({ description }, () => ({ part: 'description' })),
          ...templateFaults({ runbook }, () => ({ part: 'runbook' })),
          ...nameFaults('labels', rule.labels),
          ...templateFaults(rule.labels, (name) => ({ part: 'labels', name })),
        ],
      );
    }),
    ...alerting.recording.flatMap(({ expr, labels }, index) =>
      problems(['alerting', 'recording', index], [...expressionFaults(expr, known), ...nameFaults('labels', labels)]),
    ),
  ];
}

function filesRules(
  file: StackConfig['alerting']['files'][number],
  index: number,
  known: KnownNames,
): readonly Problem[] {
  const path = ['alerting', 'files', index];
  if (file.content === undefined)
    return [
      problem(
        [...path, 'content'],
        undefined,
        'the text of the file',
        'set it where a program makes the config itself',
      ),
    ];
  const parsed = parseRuleFile(file.content);
  if ('unreadable' in parsed)
    return parsed.unreadable.map(({ at, why }) =>
      problem(path, file.path, `a rule file of Loki; at ${at}: ${why}`, 'mend the file'),
    );
  return [
    ...groupRules([...path, file.path], parsed.file),
    ...rulesOf(parsed.file).flatMap(([at, rule]) => problems([...path, file.path, ...at], fileRuleFaults(rule, known))),
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

function rulesOf({ groups }: RuleFile): readonly (readonly [Path, FileRule])[] {
  return groups.flatMap((group, at) =>
    group.rules.map((rule, index) => [['groups', at, 'rules', index] as const, rule] as const),
  );
}

/** A reader knows an alert by its name. One file may have several rules of a name, for example one for each severity. */
function uniqueNames(config: StackConfig): readonly Problem[] {
  const { alerting } = config;
  const seen = new Map<string, string>();
  const taken = (path: Path, name: string, by: string): readonly Problem[] => {
    const owner = seen.get(name);
    seen.set(name, owner ?? by);
    return when(owner !== undefined && owner !== by, () =>
      problem(path, name, `a name that no other alert has; ${owner ?? ''} has it`, 'rename one of them'),
    );
  };
  for (const { name } of stackLogRules(config)) seen.set(name, 'a built-in alert');
  if (hasHeartbeat(config)) seen.set(WATCHDOG, 'alertmanager.heartbeat');
  const files = new Map<string, number>();
  return [
    ...alerting.rules.flatMap(({ name }, index) =>
      taken(['alerting', 'rules', index, 'name'], name, `alerting.rules[${index}]`),
    ),
    ...alerting.files.flatMap((file, index) => {
      const path = ['alerting', 'files', index];
      const key = `${file.tenant ?? ''}/${ruleFileName(file)}`;
      const isTaken = ruleFileName(file) === OWN_FILE || files.has(key);
      files.set(key, index);
      const parsed = parseRuleFile(file.content ?? '');
      return [
        ...when(isTaken, () =>
          problem([...path, 'path'], file.path, 'a file name that no other file of the tenant has', 'rename the file'),
        ),
        ...('file' in parsed
          ? rulesOf(parsed.file).flatMap(([at, rule]) =>
              'alert' in rule ? taken([...path, file.path, ...at], rule.alert, `alerting.files[${index}]`) : [],
            )
          : []),
      ];
    }),
  ];
}

function knownTenants({ alerting, auth }: StackConfig): readonly Problem[] {
  const names = auth.loki.tenants.map(({ name }) => name);
  return (['rules', 'recording', 'files'] as const).flatMap((list) =>
    alerting[list].flatMap(({ tenant }, index) =>
      when(tenant !== undefined && !names.includes(tenant), () =>
        problem(
          ['alerting', list, index, 'tenant'],
          tenant,
          `a tenant of auth.loki.tenants (${names.join(', ')})`,
          'add the tenant there, or remove it here',
        ),
      ),
    ),
  );
}

function problems(path: Path, faults: readonly Fault[]): readonly Problem[] {
  return faults.map(({ part, name, received, rule, remedy }) =>
    problem([...path, part, ...(name === undefined ? [] : [name])], received, rule, remedy),
  );
}
