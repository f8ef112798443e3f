/** The building blocks of a Promtail pipeline. */
import { type Format, LABELS } from '../../log-model';
import { COLOURS } from '../colours';
import { FORMAT } from '../sources';

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

/** Stages for the lines of sources of some formats. A source has one format, so none of its lines overtakes another here. */
export function ofFormats(formats: readonly Format[], stages: readonly Stage[]): Stage {
  return when([], stages, matcherOf(formats));
}

/** A matcher for the lines of sources of some formats. */
export function matcherOf(formats: readonly Format[]): string {
  const [only] = formats;
  return formats.length === 1 && only !== undefined ? `{${FORMAT}="${only}"}` : `{${FORMAT}=~"${formats.join('|')}"}`;
}

/** A selector of Promtail's `match` stage. */
export function selector(filters: readonly LineFilter[], matchers = EVERY): string {
  return [matchers, ...filters.map(([operator, text]) => `${operator} ${JSON.stringify(text)}`)].join(' ');
}

/** A selector needs a matcher; every line has a job. */
const EVERY = `{${LABELS.job}=~".+"}`;

/** Takes colours off a line. */
export const withoutColours: Stage = { replace: { expression: `(${COLOURS})`, replace: '' } };
