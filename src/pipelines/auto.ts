/** Programs of no declared format: JSON, logfmt and plain text, told apart line by line. */
import { STRUCTURED_METADATA } from '../log-model';
import { isJson, isNotJson, jsonRecord } from './json';
import type { Pipeline } from './pipeline';
import { ANNOUNCING } from './records';
import { when } from './stage';
import { text } from './text';

const of = (python: boolean): Pipeline => ({
  metadata: STRUCTURED_METADATA,
  announcing: ANNOUNCING,
  stages: (redaction) => [
    // JSON does not wait for a next line, and no line is taken for a part of it.
    when([isJson], [...redaction.json, ...jsonRecord()]),
    when([isNotJson], text(redaction.textOrPairs, python)),
  ],
});

export const auto = of(false);
export const python = of(true);
