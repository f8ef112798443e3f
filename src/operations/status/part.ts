/** A part of a status: whether it is as it should be, and why not. */

/** `ok`: as it should be. `bad`: it is not. `unknown`: it could not be seen. */
export type Verdict = 'ok' | 'bad' | 'unknown';

/** A part of the screen. */
export type Part<T> = { readonly verdict: Verdict; readonly why: readonly string[] } & T;

/** Makes a part: bad if there is a reason, else unknown if there is one, else as it should be. */
export function part<T>(values: T, bad: readonly string[], unknown?: string): Part<T> {
  if (bad.length > 0) return { verdict: 'bad', why: bad, ...values };
  if (unknown !== undefined) return { verdict: 'unknown', why: [unknown], ...values };
  return { verdict: 'ok', why: [], ...values };
}
