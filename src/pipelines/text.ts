/** Text of no declared format: logfmt, or a line with a level in it, or just a line; stack traces of Java, Node and Python. */
import { FIELDS, type Level, LEVEL_ALIASES, STRUCTURED_METADATA } from '../log-model';
import { levelLabel } from './level';
import { together } from './multiline';
import { LOGFMT } from './redaction';
import { type Stage, when } from './stage';
import { ownTime } from './time';

/** Go on with the line before: indented, closing brackets, and what Java, Node and Python write between two traces. */
const CONTINUES = [
  '\\s',
  '$',
  '[)\\]}]',
  'Caused by: ',
  'Suppressed: ',
  'Traceback \\(most recent call last\\):',
  'During handling of the above exception',
  'The above exception was the direct cause',
  // A class in a package: after a logger's line in Java, or the end of a traceback in Python.
  '(?:[a-z_][\\w$]*\\.)+[A-Z][\\w$]*(?::|$)',
];
/** The last line of a Python traceback, where no other language could have written it. */
const PYTHON_ALONE =
  '(?:Arithmetic|Attribute|BlockingIO|BrokenPipe|Buffer|ChildProcess|Connection(?:Aborted|Refused|Reset)?|EOF|FileExists|FileNotFound|FloatingPoint|Import|Indentation|Index|Interrupted|IO|IsADirectory|Key|Lookup|Memory|ModuleNotFound|Name|NotADirectory|NotImplemented|OS|Overflow|Permission|ProcessLookup|Recursion|Runtime|Tab|Timeout|UnboundLocal|Unicode(?:Decode|Encode|Translate)?|Value|ZeroDivision)Error(?::|$)';
/** The last line of any Python traceback: a class, perhaps in a module, with a message or without. */
const PYTHON_ANY = '[A-Z]\\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Timeout|DoesNotExist)(?::|$)';

const TRACEBACK = 'Traceback (most recent call last):';
const LEVELS_IN_TEXT = [
  'trace',
  'debug',
  'info',
  'notice',
  'warn',
  'warning',
  'error',
  'severe',
  'fatal',
  'critical',
  'panic',
];
/** The letter that klog begins with; a level at the beginning; one in capitals; the name of an error. */
const LEVEL_IN_TEXT = [
  '(?P<letter>[IWEF])\\d{4} \\d\\d:',
  `[^a-zA-Z\\n]{0,40}(?P<first>(?i:${LEVELS_IN_TEXT.join('|')}))[\\]:\\s]`,
  `[^\\n]{0,100}?\\b(?P<capitals>${LEVELS_IN_TEXT.join('|').toUpperCase()})\\b`,
  '(?P<trace>Uncaught |Unhandled|Exception in |(?:[\\w$]+\\.)*[A-Z]\\w*(?:Error|Exception)\\b)',
];
const LETTERS: Readonly<Record<string, Level>> = { i: 'info', w: 'warn', e: 'error', f: 'error' };

/**
 * Stages for lines of text.
 *
 * @param python - the program is one in Python, of whose tracebacks every last line is known.
 */
export function text(redaction: readonly Stage[], python: boolean): readonly Stage[] {
  return [
    ...together({ continuation: [...CONTINUES, python ? PYTHON_ANY : PYTHON_ALONE].join('|') }),
    ...redaction,
    when(
      [['|~', LOGFMT]],
      [
        {
          logfmt: {
            mapping: {
              ...identity([FIELDS.level, 'lvl', 'severity', 'ts', ...STRUCTURED_METADATA]),
              otherTime: 'time',
            },
          },
        },
        { template: { source: FIELDS.timestamp, template: '{{ or .ts .otherTime }}' } },
        ...ownTime(),
      ],
    ),
    when([['!~', LOGFMT]], [{ regex: { expression: `^(?:${LEVEL_IN_TEXT.join('|')})` } }]),
    // A traceback goes on with what was printed before it, so the level is not in the first line.
    when([['|=', TRACEBACK]], [{ template: { source: 'traceback', template: 'error' } }]),
    {
      template: {
        source: FIELDS.level,
        template: '{{ or .level .lvl .severity .letter .first .capitals (and .trace "error") .traceback }}',
      },
    },
    ...levelLabel({ ...LEVEL_ALIASES, ...LETTERS }),
  ];
}

function identity(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
