/** What cannot be applied to what runs. Kubernetes would refuse some of it half-way through; of the rest Loki would say nothing. */
import type { StackConfig } from '../../config';
import { type KubernetesObject, stackObjects } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import { agentFindings } from './agent';
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

/** Compares a stack file with what runs: what cannot be applied, and what should be known before. */
export function compareStack(config: StackConfig, running: readonly KubernetesObject[], now: Date): Compared {
  const findings = [...compareWithRunning(stackObjects(config), running, now), ...agentFindings(config, running, now)];
  return {
    refused: findings.filter(({ applicable }) => !applicable),
    announced: findings.filter(({ applicable }) => applicable),
  };
}

export interface Compared {
  /** What cannot be applied. */
  readonly refused: readonly Finding[];
  /** What can be, and will have an effect that one should know. */
  readonly announced: readonly Finding[];
}

/** What is refused, as people see it. */
export function formatFindings(stack: string, findings: readonly Finding[]): string {
  const count = findings.length === 1 ? '1 difference' : `${findings.length} differences`;
  return [
    `${stack}: ${count} that cannot be applied to what runs; nothing was applied.`,
    ...findings.map((finding) => entry(finding, 'rule:   ')),
  ].join('\n\n');
}

/** What is announced, as people see it. */
export function formatAnnounced(stack: string, findings: readonly Finding[]): string {
  return [`${stack}: know before you apply it:`, ...findings.map((finding) => entry(finding, 'effect: '))].join('\n\n');
}

function entry({ path, running, wanted, rule, remedy }: Finding, what: string): string {
  return `  ${path}\n    running: ${running}\n    wanted:  ${wanted}\n    ${what} ${rule}\n    remedy:  ${remedy}`;
}
