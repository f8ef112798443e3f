/** The building blocks of a Promtail pipeline. */
import { LABELS } from '../log-model';

/** One Promtail stage: its name and its settings. */
export type Stage = Readonly<Record<string, unknown>>;
/** One Prometheus-style relabelling step. */
export type RelabelConfig = Readonly<Record<string, unknown>>;

/** A condition on a line, in LogQL. Containing is looked for some thousand times faster than a match of an expression. */
export type LineFilter = readonly ['|=' | '!=' | '|~' | '!~', string];

/** Stages for the lines that pass every filter; the others go on unchanged. */
export function when(filters: readonly LineFilter[], stages: readonly Stage[], matchers = EVERY): Stage {
  return { match: { selector: selector(filters, matchers), stages } };
}

/** A selector of Promtail's `match` stage. */
export function selector(filters: readonly LineFilter[], matchers = EVERY): string {
  return [matchers, ...filters.map(([operator, text]) => `${operator} ${JSON.stringify(text)}`)].join(' ');
}

/** A selector needs a matcher; every line has a job. */
const EVERY = `{${LABELS.job}=~".+"}`;

/** Before a colour, and what else a terminal is told. */
export const ESCAPE = '\u001b';

/** Takes colours off a line. They would hide where it begins, and its level. */
export const withoutColours: Stage = { replace: { expression: '(\\x1b\\[[0-9;:?]*[A-Za-z])', replace: '' } };
