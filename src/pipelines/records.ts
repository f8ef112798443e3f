/** Rules that join lines of a text to records: stack traces and panics of the common languages. */
import { type Lines, unlike } from './multiline';

/** How words of a level begin that a logger pads with blanks in front. */
const PADDED = ['INFO', 'WARN', 'ERRO', 'DEBU', 'TRAC', 'FATA'];
const INDENTED = [
  '[\\t\\v\\f\\r]',
  ' {5}',
  // A record may begin with a blank or some too: with a padded level, or a time.
  ` {1,4}${unlike([...PADDED, '9999-'], ' ')}`,
];

const GO = [
  'goroutine \\d+ ',
  '\\[signal SIG',
  'created by ',
  // A call: its arguments are written as numbers.
  '(?:main|runtime|[\\w.~-]+/[\\w.~/%-]+)\\.[^\\s(]*(?:\\([^\\s()]+\\)[^\\s(]*)?\\((?:\\.\\.\\.|[^()]*)\\)$',
  '\\w[\\w.]*(?:\\(\\*?\\w+\\)\\.\\w+)?\\((?:\\.\\.\\.|\\{?0x[0-9a-f][^()]*)\\)$',
];
const RUST = ['stack backtrace:$', 'note: (?:run with `RUST|Some details are om)'];
const PHP = [
  'Stack trace:$',
  '#\\d+ +(?:\\{main\\}|\\[internal function\\]|\\S+\\(\\d+\\): |\\S[^\\n]* \\(\\S+:\\d)',
  'Next [\\w\\\\]+: [^\\n]* in [^\\n]*:\\d+$',
  'PHP Stack trace:$',
  'PHP +\\d+\\. ',
];
const JAVA = ['Caused by: ', 'Suppressed: '];
/** .NET, Elixir, Node. */
const OTHERS = ['--- End of ', '\\*\\* \\(', 'Node\\.js v\\d+\\.\\d+\\.\\d+$'];
const PYTHON = ['Traceback \\(most recent', 'During handling of the above', 'The above exception was'];
/** Go on with the line before: indented, closing brackets, and what languages write between two traces and at their end. */
const CONTINUES = [
  ...INDENTED,
  '$',
  '[)\\]}]',
  ...JAVA,
  ...PYTHON,
  ...GO,
  ...RUST,
  ...PHP,
  ...OTHERS,
  // A class in a package: after a logger's line in Java or .NET, or the end of a traceback in Python.
  '(?:[A-Z]\\w*\\.)+[A-Z]\\w*Exception: ',
  '(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?::|$)',
];
/** The last line of a Python traceback, where no other language could have written it. */
const PYTHON_ALONE = [
  '(?:Arithmetic|Attribute|EOF|FloatingPoint|Import|Indentation|Index|Key|Lookup|Memory|ModuleNotFound|Name|Overflow|Recursion|Tab|UnboundLocal|Unicode(?:Decode|Encode|Translate)?|Value|ZeroDivision)Error(?::|$)',
  // Others have errors of the same names, but not with numbers like these.
  '[A-Z]\\w*Error: \\[Errno ',
];
/** The last line of any Python traceback: a class, perhaps in a module, with a message or without. */
const PYTHON_ANY = ['[A-Z]\\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Timeout|DoesNotExist)(?::|$)'];

/**
 * RE2 for a line that goes on with the record before.
 *
 * @param python - the program is one in Python, of whose tracebacks every last line is known.
 */
export function continuation(python: boolean): string {
  return [...CONTINUES, ...(python ? PYTHON_ANY : PYTHON_ALONE)].join('|');
}

/** Which lines belong together where a program has no format of its own. */
export const linesOf = (python: boolean): Lines => ({ continuation: continuation(python) });

/** Lines that the next line belongs to, whatever it is: where Rust panicked, and who logs with `java.util.logging`. */
export const ANNOUNCING = [
  "thread '[^\\n]*' (?:\\(\\d+\\) )?panicked at [^\\n]*:\\d+:\\d+:",
  '[A-Z][a-z]{2} \\d\\d?, \\d{4},? \\d\\d?:\\d\\d:\\d\\d\\s[AP]M [\\w.$]+ [^\\s:]+',
];
