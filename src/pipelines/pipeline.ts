import type { Field } from '../log-model';
import type { Stage } from './stage';

/** What is done with the lines of one format. They are redacted before anything is taken out of them. */
export interface Pipeline {
  /** Fields that it keeps as structured metadata where a line has them. Its labels are the log model's. */
  readonly metadata: readonly Field[];
  /** From a redacted JSON object to a record. @default - as any program's */
  readonly json?: readonly Stage[];
  /** Puts lines of text together to records. */
  readonly together: readonly Stage[];
  /** From a redacted record of text to one with level, time and metadata. */
  readonly text: readonly Stage[];
}
