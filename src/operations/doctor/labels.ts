/** Link `labels`: are they there, and are there lines at all? */
import { LABELS } from '../../log-model';
import type { StackConfig } from '../../config';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { age } from '../status/format';
import { broken, type Findings, hint, symptom } from './finding';

/** Labels: are they there, and are there lines at all? */
export function labelFindings(config: StackConfig, { queries, at }: StackState): Findings {
  const [labels, jobs] = [known(queries.labels), known(queries.jobs)];
  if (jobs?.length === 0)
    return [
      symptom(
        'labels',
        'Loki has no line at all.',
        'Nothing was ever sent, or all of it went to another tenant.',
        `does tenant ${config.auth.loki.tenants.map(({ name }) => name).join(', ')} have agent.credential and grafana.credential?`,
      ),
    ];
  const missing = [LABELS.job, LABELS.service, LABELS.level].filter((label) => labels?.includes(label) === false);
  const newest = jobs
    ?.map((job) => job.newest ?? '')
    .sort()
    .at(-1);
  const quiet = newest !== undefined && newest !== '' && Date.parse(at) - Date.parse(newest) > 600_000;
  return [
    ...(missing.length > 0
      ? [
          broken(
            'labels',
            `No line has the label ${missing.join(', ')}.`,
            'Another agent than this stack’s sends them: dashboards and alerts do not find such lines.',
            'docs/sources.md',
          ),
        ]
      : []),
    ...(quiet
      ? [
          hint(
            'labels',
            `The newest line of all is ${age(Date.parse(at), newest)} old.`,
            'Nothing is written, or nothing arrives.',
            'npm run doctor -- --stack <stack> --pod <namespace>/<name>',
          ),
        ]
      : []),
  ];
}
