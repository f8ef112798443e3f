/** Stages for programs without a declared format: JSON, logfmt and plain text, distinguished line by line. */
import { STRUCTURED_METADATA } from '../../log-model';
import { linesOf } from '../records';
import { together } from './multiline';
import type { Pipeline } from './pipeline';
import { withoutColours } from './stage';
import { textRecord } from './text';

const TEXT = textRecord();
const of = (python: boolean): Pipeline => ({
  metadata: STRUCTURED_METADATA,
  together: [withoutColours, ...together(linesOf(python))],
  text: TEXT,
});

export const auto = of(false);
export const python = of(true);
