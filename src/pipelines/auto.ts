/** Programs without a declared format: JSON, logfmt and plain text, distinguished line by line. */
import { STRUCTURED_METADATA } from '../log-model';
import { type Lines, together } from './multiline';
import type { Pipeline } from './pipeline';
import { continuation } from './records';
import { withoutColours } from './stage';
import { textRecord } from './text';

/** Which lines belong together. */
export const linesOf = (python: boolean): Lines => ({ continuation: continuation(python) });

const TEXT = textRecord();
const of = (python: boolean): Pipeline => ({
  metadata: STRUCTURED_METADATA,
  together: [withoutColours, ...together(linesOf(python))],
  text: TEXT,
});

export const auto = of(false);
export const python = of(true);
