/** Loki's volume, and what comes behind Loki: rules, Alertmanager, Prometheus, Grafana, the canary. */
import { credentials, type StackConfig } from '../../config';
import { DISK_FULL_THRESHOLD } from '../../config/derived/disk-full';
import type { KubernetesObject } from '../../deploy/objects';
import { dataOf, lokiRules, type RuleFiles } from '../observe/expected';
import { known, whyUnknown } from '../observe/observed';
import type { StackState } from '../observe/state';
import { disks } from '../status-disk';
import { broken, type Findings, hint, symptom } from './finding';
import { applyTodo } from './objects';
import { parseAllDocuments } from 'yaml';

export function diskFindings(stack: string, config: StackConfig, state: StackState): Findings {
  return disks(config, state).flatMap(({ claim, used, daysToFull, why, verdict }): Findings => {
    if (verdict !== 'bad') return [];
    const todo = ['persistence.size, then npm run resize', 'lower retention.period, and apply (docs/retention.md)'];
    const unbound = why.find((reason) => reason.startsWith('the claim'));
    if (unbound !== undefined)
      return [
        broken(
          'disk',
          `Volume claim ${claim}: ${unbound}.`,
          'No volume was made for it: its StorageClass is missing, or has no room.',
          `kubectl -n ${config.namespaces.logging} describe pvc ${claim}`,
        ),
      ];
    if (used !== undefined && used >= DISK_FULL_THRESHOLD)
      return [
        broken(
          'disk',
          `${claim} is full: ${Math.round(used * 100)} %.`,
          `Loki refuses lines above ${DISK_FULL_THRESHOLD * 100} %.`,
          ...todo,
        ),
      ];
    return [
      hint(
        'disk',
        `${claim}: ${why.join(', ')}.`,
        daysToFull === undefined ? 'It may get full.' : 'More is stored than retention deletes in time.',
        ...todo,
        `npm run size -- ${stack}`,
      ),
    ];
  });
}

/** Rules: loaded, healthy, and readable? */
export function ruleFindings(
  stack: string,
  config: StackConfig,
  expected: readonly KubernetesObject[],
  state: StackState,
): Findings {
  const wanted = lokiRules(expected);
  if (wanted.rules === 0) return [];
  const live = (known(state.objects) ?? []).filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && wanted.configMaps.includes(metadata.name),
  );
  const torn = live.flatMap((object) =>
    Object.entries(dataOf(object)).flatMap(([file, text]) => {
      const [error] = parseAllDocuments(text).flatMap((document) => ('errors' in document ? document.errors : []));
      return error === undefined ? [] : [`${object.metadata.name}, ${file}: ${error.message.split('\n')[0] ?? ''}`];
    }),
  );
  const loaded = known(state.queries.rules);
  const seen = rulesSeen(config, wanted);
  const ill = (loaded ?? []).filter(({ health }) => health === 'err');
  const dropped = state.loki.reduce((total, { figures }) => total + (known(figures)?.notificationsDropped ?? 0), 0);
  return [
    ...torn.map((text) =>
      broken(
        'rules',
        `A file of rules is no YAML: ${text}.`,
        'It was changed by hand. Loki goes on with none of it.',
        applyTodo(stack),
      ),
    ),
    ...(loaded !== undefined && loaded.length < seen
      ? [
          broken(
            'rules',
            `Loki has loaded ${loaded.length} of ${seen} rules.`,
            'A file is broken, or not mounted yet (about a minute).',
            applyTodo(stack),
            'kubectl -n <logging> logs loki-0 | grep -i rule',
          ),
        ]
      : []),
    ...ill.map(({ group, name, error }) =>
      broken(
        'rules',
        `Rule ${name} of ${group} fails: ${error}.`,
        'Its query asks for too much, or Loki is too busy.',
        'kubectl -n <logging> logs loki-0 | grep -i rule',
      ),
    ),
    ...(dropped > 0
      ? [
          hint(
            'alertmanager',
            `Loki’s ruler could not tell ${dropped} alerts since it started.`,
            'No Alertmanager took them.',
            'kubectl -n <logging> get pods -l app.kubernetes.io/name=alertmanager',
          ),
        ]
      : []),
  ];
}

/** Loki tells the rules of one tenant; a reader across several is told none for certain. Without auth, all are of the only tenant. */
function rulesSeen(config: StackConfig, { ofTenant, rules }: RuleFiles): number {
  if (!config.auth.loki.enabled) return rules;
  const tenants = credentials(config).find(({ name }) => name === config.grafana.credential)?.tenants ?? [];
  return tenants.length === 1 ? (ofTenant[tenants[0] ?? ''] ?? 0) : 0;
}

export function endFindings({ pods, alertmanagers, prometheus, grafana, canary }: StackState): Findings {
  const down = known(prometheus?.targetsDown) ?? [];
  const health = known(grafana);
  const lines = known(canary);
  return [
    ...alertmanagers.flatMap(({ pod, failed }) =>
      Object.entries(known(failed) ?? {}).map(([integration, count]) =>
        hint(
          'alertmanager',
          `${pod} failed ${count} times to notify by ${integration} since it started.`,
          'The receiver refuses it, its secret is wrong, or the egress is closed.',
          `kubectl -n <logging> logs ${pod} | grep -i notify`,
        ),
      ),
    ),
    ...down.map(({ job, url, error }) =>
      broken(
        'prometheus',
        `Prometheus does not reach ${url} (${job}): ${error}.`,
        'The target does not run, or a policy denies it.',
        'kubectl get pods -A -l app.kubernetes.io/part-of=spywatcher-logs',
      ),
    ),
    ...(health === undefined || health === 'ok'
      ? []
      : [
          broken(
            'grafana',
            `Grafana’s database is not well: ${health}.`,
            'Its volume is full, or its database is away.',
            'kubectl -n <logging> logs deployment/grafana --tail=50',
          ),
        ]),
    ...('value' in pods && grafana !== undefined && whyUnknown(grafana) !== undefined
      ? [
          symptom(
            'grafana',
            `Grafana does not answer: ${whyUnknown(grafana) ?? ''}.`,
            'Its pod does not run.',
            'kubectl -n <logging> get pods',
          ),
        ]
      : []),
    ...(lines === undefined || lines.missing === 0
      ? []
      : [
          (lines.missingGrowing ? symptom : hint)(
            'canary',
            `${lines.missing} of ${lines.written} lines of the canary did not arrive.`,
            'What is broken on the way loses other lines as well.',
            'npm run status -- --stack <stack>',
          ),
        ]),
  ];
}
