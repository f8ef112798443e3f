/** A part of a status: whether it is as it should be, and why not. */

import { known, type Observed, whyUnknown } from '../observe/observed';

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

/** The figures that are known, and why others are not. */
export function figuresOf<T>(of: readonly { readonly figures: Observed<T> }[]): {
  readonly figures: readonly T[];
  readonly unknown?: string;
} {
  const figures = of.map(({ figures: observed }) => known(observed)).filter((value) => value !== undefined);
  const [unknown] = of.map(({ figures: observed }) => whyUnknown(observed)).filter((why) => why !== undefined);
  return { figures, ...(unknown === undefined ? {} : { unknown }) };
}
