import { expressionFaults, nameFaults, namesOf, tellingFaults, templateFaults } from '../../alerts/check';
import { parseRuleFile } from '../../alerts/rule-file';
import { ruleFilesOf } from '../../alerts/rule-files';
import { hasRecordingRules, OWN_FILE, runbookUrl, stackLogRules } from '../../alerts/tenant-rules';
import { hasHeartbeat, WATCHDOG } from '../derived/heartbeat';
import { builtInLogAlerts } from '../known-alerts';
import { formatPath, type Problem } from '../problem';
import type { StackConfig } from '../schema';
import { closest } from '../suggest';
import { problem, type Rule, when } from './rule';
import { faultProblems, ruleFileRules, rulesOf } from './rule-files';
import { LABELS_READ } from './selector';

type Path = readonly PropertyKey[];

/** Where rule files are. A copy of a ConfigMap that cannot be read says nothing of the others. */
const RULE_FILES = ['files', 'configMaps.files', 'configMaps.namespaces'];

export const alertingRules: readonly Rule[] = [
  { reads: ['alerting', 'namespaces', ...LABELS_READ], check: builtInRules },
  { reads: ['alerting.disabled'], check: knownNames },
  { reads: ['alerting.rules', 'alerting.recording', ...LABELS_READ], check: ownRules },
  ...ruleFileRules,
  {
    reads: [
      ...['rules', 'thresholds', 'silentJobs', 'disabled', ...RULE_FILES].map((key) => `alerting.${key}`),
      'namespaces',
      'alertmanager',
    ],
    check: uniqueNames,
  },
  {
    reads: [...['rules', 'recording', ...RULE_FILES].map((key) => `alerting.${key}`), 'auth.loki.tenants'],
    check: knownTenants,
  },
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
    faultProblems(
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
      return faultProblems(
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
      faultProblems(
        ['alerting', 'recording', index],
        [...expressionFaults(expr, known), ...nameFaults('labels', labels)],
      ),
    ),
  ];
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
    ...ruleFilesOf(alerting).flatMap(({ name, tenant, path, namedAt, written, inside, content = '' }, index) => {
      const key = `${tenant ?? ''}/${name}`;
      const isTaken = name === OWN_FILE || files.has(key);
      files.set(key, index);
      const parsed = parseRuleFile(content);
      return [
        ...when(isTaken, () =>
          problem(namedAt, written, 'a file name that no other file of the tenant has', 'rename the file'),
        ),
        ...('file' in parsed
          ? rulesOf(parsed.file).flatMap(([at, rule]) =>
              'alert' in rule ? taken([...inside, ...at], rule.alert, formatPath(path)) : [],
            )
          : []),
      ];
    }),
  ];
}

function knownTenants({ alerting, auth }: StackConfig): readonly Problem[] {
  const names = auth.loki.tenants.map(({ name }) => name);
  const lists = {
    rules: alerting.rules,
    recording: alerting.recording,
    files: alerting.files,
    'configMaps.namespaces': alerting.configMaps?.namespaces ?? [],
  };
  return Object.entries(lists).flatMap(([list, entries]) =>
    entries.flatMap(({ tenant }, index) =>
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
