/** The stages of one format: a pipeline's interface. */
import type { Field } from '../../log-model';
import type { Stage } from './stage';

/** The stages for the lines of one format. Redaction runs before any value is extracted. */
export interface Pipeline {
  /** Fields that it keeps as structured metadata where a line has them. Its labels are the log model's. */
  readonly metadata: readonly Field[];
  /** From a redacted JSON object to a record. @default - as any program's */
  readonly json?: readonly Stage[];
  /** Joins lines of text to records. */
  readonly together: readonly Stage[];
  /** From a redacted record of text to one with level, time and metadata. */
  readonly text: readonly Stage[];
}
