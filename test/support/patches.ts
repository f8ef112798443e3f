/** Patches of the gateway, and what is said of patches. */
import { stackObjects } from '../../charts/objects';
import type { Problem, StackConfigInput } from '../../src/config';
import { configError, configWith } from './config';

export type PatchInput = NonNullable<StackConfigInput['patches']>[number];

export const REASON = 'the pods of this team have a priority of their own';

/** A patch of the gateway's Deployment, or of what the differences name. */
export const gateway = (differences: Partial<PatchInput>): PatchInput => ({
  kind: 'Deployment',
  name: 'gateway',
  reason: REASON,
  ...differences,
});

/** What is wrong with patches of a dev stack; fails if nothing is. */
export function patchProblems(
  patches: readonly PatchInput[],
  differences: Partial<StackConfigInput> = {},
): readonly Problem[] {
  const config = configWith({ ...differences, patches });
  return configError(() => stackObjects(config)).problems;
}
