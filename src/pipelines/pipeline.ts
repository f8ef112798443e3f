import type { Field } from '../log-model';
import type { RedactionStages } from './redaction';
import type { Stage } from './stage';

/** What is done with the lines of one format. */
export interface Pipeline {
  /** Fields that it keeps as structured metadata where a line has them. Its labels are the log model's. */
  readonly metadata: readonly Field[];
  /** Lines of a pod's standard error that the next line belongs to, whatever it is: whole, in RE2. @default - none */
  readonly announcing?: readonly string[];
  /** From a line without the container runtime's prefix to a record; `redaction` belongs before anything is taken out of it. */
  readonly stages: (redaction: RedactionStages) => readonly Stage[];
}
