/** A command: its options, its exit codes, and the words for both. bin/run.js runs it. */
import type { Verdict } from './status/part';

/** How every command ends. */
export const EXIT = {
  /** Everything is as it should be, or is done. */
  good: 0,
  /** What was looked at is not as it should be. */
  bad: 1,
  /** It could not be found out or done, or the command was called wrongly. */
  failed: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An option with a value. */
export interface TextOption {
  readonly type: 'string';
  /** What the value is, as the usage shows it: `<file>`. */
  readonly value: string;
  readonly description: string;
  readonly default?: string;
  /** @default false */
  readonly required?: boolean;
}

/** An option that is given or not. */
export interface Flag {
  readonly type: 'boolean';
  readonly description: string;
}

export type Options = Readonly<Record<string, TextOption | Flag>>;

/** What the options are, once they are read. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends Flag
    ? boolean
    : O[Name] extends { readonly default: string } | { readonly required: true }
      ? string
      : string | undefined;
};

export interface Command<O extends Options = Options> {
  readonly options: O;
  /** Words that it takes besides its options, as the usage shows them. @default - none */
  readonly words?: string;
  /** @throws UsageError where options do not go together, Error where it cannot do what it should. */
  readonly run: (values: Values<O>, words: readonly string[]) => ExitCode | Promise<ExitCode>;
}

/** The command, with the types of its options. */
export function command<const O extends Options>(definition: Command<O>): Command<O> {
  return definition;
}

/** It was called wrongly: the usage follows the message. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How a status ends the command that tells it. */
export function exitCode(verdict: Verdict): ExitCode {
  return { ok: EXIT.good, bad: EXIT.bad, unknown: EXIT.failed }[verdict];
}

/** Prints a line for the person at the terminal. Standard output is for the answer. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints the answer as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Reads a moment; undefined if none was given. */
export function moment(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new UsageError(`--${option}: ${text} is no time`);
  return date;
}

/** Reads a number above 0; the other one if none was given. */
export function positive(option: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!(value > 0)) throw new UsageError(`--${option}: ${text ?? value} is no number above 0`);
  return value;
}
