/** Link `prometheus`: does it reach what it watches? */
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings } from './finding';

export function prometheusFindings({ prometheus }: StackState): Findings {
  return (known(prometheus?.targetsDown) ?? []).map(({ job, url, error }) =>
    broken(
      'prometheus',
      `Prometheus does not reach ${url} (${job}): ${error}.`,
      'The target does not run, or a policy denies it.',
      'kubectl get pods -A -l app.kubernetes.io/part-of=spywatcher-logs',
    ),
  );
}
