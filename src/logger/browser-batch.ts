/** What a browser sends to the backend: one batch of its console's errors and warnings. */
import type { Level } from '../log-model';

/** Level of a {@link BrowserEntry}: the console's method. */
export type BrowserLevel = Extract<Level, 'error' | 'warn'>;
export const BROWSER_LEVELS: readonly BrowserLevel[] = ['error', 'warn'];

/** One error or warning. */
export interface BrowserEntry {
  /** The console's method; of an uncaught error `error`. */
  readonly level: BrowserLevel;
  /** As the console shows it, without secrets. */
  readonly message: string;
  /** Name of the error's class. */
  readonly errorName?: string;
  /** The error's stack, without secrets. */
  readonly stack?: string;
  /** Page, without query and fragment. */
  readonly url?: string;
  /** The browser's clock, RFC 3339 in UTC. */
  readonly clientTime?: string;
  /** How often the same was said. @default 1 */
  readonly count?: number;
}

/** The body of a post. */
export interface BrowserBatch {
  /** In the order in which they were written. */
  readonly entries: readonly BrowserEntry[];
  /** Entries that were not sent, since the last batch. @default 0 */
  readonly dropped?: number;
  /** Version of the frontend. */
  readonly release?: string;
}

/** The longest that is sent and accepted, in UTF-16 code units. */
export const BROWSER_LIMITS = {
  message: 2000,
  errorName: 100,
  stack: 6000,
  url: 1000,
  clientTime: 40,
  release: 100,
} as const;

/** The most entries in one batch that is accepted. */
export const MAX_BATCH = 50;
