/** Which of the clusters that this machine can have. */

/** The variable that chooses one; without it, it is the first. */
export const INSTANCE_VARIABLE = 'LOCAL_CLUSTER';

/** The number of the first cluster. */
export const FIRST = 0;

/** The values of {@link INSTANCE_VARIABLE}, the first cluster's left out. */
const LETTERS = ['b', 'c', 'd', 'e', 'f', 'g'];

/** The numbers of all clusters. */
export const INSTANCES: readonly number[] = [FIRST, ...LETTERS.map((_, index) => index + 1)];

/** The number of the cluster that a value of {@link INSTANCE_VARIABLE} chooses. */
export function instanceNumber(value = ''): number {
  if (value === '') return FIRST;
  const index = LETTERS.indexOf(value);
  if (index < 0)
    throw new Error(
      `${INSTANCE_VARIABLE}="${value}" is no local cluster: leave it out for the first, or set it to one of ${LETTERS.join(', ')} for another beside it.`,
    );
  return index + 1;
}

/** The name of a cluster, which nothing of another one has. */
export function instanceName(number: number): string {
  return number === FIRST ? 'spywatcher-logs' : `spywatcher-logs-${LETTERS[number - 1] ?? ''}`;
}
