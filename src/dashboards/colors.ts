/** Colours that mean something: each level's, and from how many on a number is bad. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { Level } from '../log-model';

/** Grafana's names of colours. */
export type Color = 'green' | 'blue' | 'yellow' | 'orange' | 'red' | 'text';

/** Colour of what says nothing of good and bad. */
export const NEUTRAL: Color = 'blue';

export const LEVEL_COLORS: Readonly<Record<Level, Color>> = {
  error: 'red',
  warn: 'orange',
  info: 'green',
  debug: 'blue',
};

/** Of HTTP's classes of status. */
export const STATUS_CLASS_COLORS: Readonly<Record<string, Color>> = {
  '1xx': 'text',
  '2xx': 'green',
  '3xx': 'blue',
  '4xx': 'orange',
  '5xx': 'red',
  'no answer': 'red',
};

/** A colour from a value on, up to the next one. */
export type Step = readonly [from: number, color: Color];

export function fixed(color: Color): dashboard.FieldColorBuilder {
  return new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(color);
}

/** Grafana's colours by value: the first one is of all below the first step. */
export function byValue(lowest: Color, ...steps: readonly Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: lowest }, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** None is good, and any is bad. */
export const anyIs = (color: Color): dashboard.ThresholdsConfigBuilder => byValue('green', [1, color]);
