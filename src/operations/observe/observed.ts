/** A value that was seen, or the reason why not. A dead component does not take the rest of a screen with it. */

/** A value, or why it is unknown. */
export type Observed<T> = { readonly value: T } | { readonly unknown: string };

/** The value, where it is known. */
export function known<T>(observed: Observed<T> | undefined): T | undefined {
  return observed !== undefined && 'value' in observed ? observed.value : undefined;
}

/** The reason why a value is unknown; undefined if it is known. */
export function whyUnknown<T>(observed: Observed<T>): string | undefined {
  return 'unknown' in observed ? observed.unknown : undefined;
}

/** A value that follows from another one. */
export function derive<T, U>(observed: Observed<T>, from: (value: T) => U): Observed<U> {
  return 'value' in observed ? { value: from(observed.value) } : observed;
}

/** Asks within the given time. An error is the reason why the value is unknown. */
export async function observe<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  what: string,
  milliseconds: number,
): Promise<Observed<T>> {
  const signal = AbortSignal.timeout(milliseconds);
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () =>
      reject(new Error(`${what}: no answer in ${Math.round(milliseconds / 1000)} s`)),
    ),
  );
  try {
    return { value: await Promise.race([ask(signal), late]) };
  } catch (error) {
    return { unknown: oneLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** Runs jobs, a few at a time, in their order. */
export async function inTurns<T, U>(
  items: readonly T[],
  atOnce: number,
  job: (item: T) => Promise<U>,
): Promise<readonly U[]> {
  const results: U[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await job(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
