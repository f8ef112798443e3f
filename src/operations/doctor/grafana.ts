/** Link `grafana`: does it answer, and is its database well? */
import { known, whyUnknown } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings, symptom } from './finding';

export function grafanaFindings({ pods, grafana }: StackState): Findings {
  const health = known(grafana);
  return [
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
  ];
}
