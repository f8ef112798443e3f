/** How handlers of requests write their records: a logger that an application may have made itself, which may fail. */
import { type Rule } from './given';
import { neverFillIn } from './placeholders';

/** What is used of a logger. */
export interface LogWriter {
  /** Writes one record. */
  log(level: string, message: string, fields: object): unknown;
}

/** Whether something is one. */
export const WRITER: Rule = {
  must: 'must be an object with a method log',
  accepts: (value) => typeof value === 'object' && value !== null && 'log' in value && typeof value.log === 'function',
};

/**
 * Writes by the given logger, or by the default one, which is made when there is something to write. Nothing is thrown: nobody
 * would catch it. The fields stay fields, whatever the message has in it, for it was made by somebody else.
 */
export function writer(
  given: LogWriter | undefined,
  defaultLogger: () => LogWriter,
  of: string,
  problems: readonly string[],
): (level: string, message: string, fields: object) => void {
  let told = problems.length === 0;
  return (level, message, fields) => {
    if (!told) {
      told = true;
      defaultLogger().log('warn', `Logger: options of ${of} cannot be as given`, { problems });
    }
    try {
      (given ?? defaultLogger()).log(level, message, neverFillIn(fields));
    } catch (error) {
      defaultLogger().log('error', `Logger: the logger of ${of} has failed`, { error });
    }
  };
}
