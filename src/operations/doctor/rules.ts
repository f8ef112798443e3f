/** Link `rules`: are they loaded, healthy, and readable? */
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../../charts/objects';
import { credentials, type StackConfig } from '../../config';
import { dataOf, lokiRules, type RuleFiles } from '../observe/expected';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings } from './finding';
import { applyTodo } from './todo';

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
  ];
}

/** Loki lists the rules of one tenant. A reader across tenants may be given none. Without auth, all belong to the only tenant. */
function rulesSeen(config: StackConfig, { ofTenant, rules }: RuleFiles): number {
  if (!config.auth.loki.enabled) return rules;
  const tenants = credentials(config).find(({ name }) => name === config.grafana.credential)?.tenants ?? [];
  return tenants.length === 1 ? (ofTenant[tenants[0] ?? ''] ?? 0) : 0;
}
