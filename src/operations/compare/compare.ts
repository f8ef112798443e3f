/** What cannot be applied to what runs. Kubernetes would refuse some of it half-way through; of the rest Loki would say nothing. */
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';
import { namespaceFindings } from './namespaces';
import { positionsFindings } from './positions';
import { ringFindings } from './ring';
import { schemaFindings } from './schema';
import { immutableFindings, volumeFindings } from './volumes';

/**
 * Compares a rendered stack with what runs. What is not there yet can be made in any way.
 *
 * @param wanted - rendered objects
 * @param running - of the cluster, as `readRunning` reads it
 * @param now - which periods of the index have begun depends on it
 */
export function compareWithRunning(
  wanted: readonly KubernetesObject[],
  running: readonly KubernetesObject[],
  now: Date,
): readonly Finding[] {
  return wanted.flatMap((object) => {
    const same = running.find((candidate) => nameOf(candidate) === nameOf(object));
    return [
      ...(same === undefined ? [] : immutableFindings(object, same)),
      ...volumeFindings(object, running),
      ...namespaceFindings(object, same, running),
      ...(same === undefined ? [] : positionsFindings(object, same)),
      ...(same === undefined ? [] : schemaFindings(object, same, now)),
      ...(same === undefined ? [] : ringFindings(object, same)),
    ];
  });
}

/** The findings as people see them. */
export function formatFindings(stack: string, findings: readonly Finding[]): string {
  const count = findings.length === 1 ? '1 difference' : `${findings.length} differences`;
  const entries = findings.map(
    ({ path, running, wanted, rule, remedy }) =>
      `  ${path}\n    running: ${running}\n    wanted:  ${wanted}\n    rule:    ${rule}\n    remedy:  ${remedy}`,
  );
  return [`${stack}: ${count} that cannot be applied to what runs; nothing was applied.`, ...entries].join('\n\n');
}
