/** Link `alertmanager`: does it take Loki’s alerts, and do receivers take its notifications? */
import type { KubernetesObject } from '../../../charts/objects';
import { lokiRules } from '../observe/expected';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { type Findings, hint } from './finding';

export function alertmanagerFindings(
  expected: readonly KubernetesObject[],
  { alertmanagers, loki }: StackState,
): Findings {
  const dropped = loki.reduce((total, { figures }) => total + (known(figures)?.notificationsDropped ?? 0), 0);
  return [
    ...(dropped > 0 && lokiRules(expected).rules > 0
      ? [
          hint(
            'alertmanager',
            `Loki’s ruler could not tell ${dropped} alerts since it started.`,
            'No Alertmanager took them.',
            'kubectl -n <logging> get pods -l app.kubernetes.io/name=alertmanager',
          ),
        ]
      : []),
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
  ];
}
