/** Text of no declared format: logfmt, or a line with a level in it, or just a line; stack traces of many languages. */
import { FIELDS, LEVEL_ALIASES } from '../log-model';
import { type Aliases, COUNTED_LEVELS } from './level';

/** Keys of a level in logfmt. The first one that is there counts. */
export const LEVEL_KEYS = [FIELDS.level, 'lvl', 'severity'];
/** RE2 for logfmt: pairs, one of which says how bad it is. */
export const LOGFMT = `(?:^|\\s)(?:${LEVEL_KEYS.join('|')})="?[A-Za-z]`;
/** RE2 for a quoted value of a pair. */
export const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';

export const TRACEBACK = 'Traceback (most recent call last):';
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
/** Short ones, in capitals: Serilog's, zerolog's; logrus' for a terminal. */
const SHORT = [
  'INF',
  'WRN',
  'ERR',
  'DBG',
  'FTL',
  'TRC',
  'VRB',
  'PNC',
  'ERRO',
  'DEBU',
  'FATA',
  'PANI',
  'TRAC',
  'FINER',
  'FINEST',
];
/** Before the first word: digits and signs, and the letters of a time; in `java.util.logging`, a line of its own. */
const BEFORE = '(?:[A-Z][a-z]{2} \\d[^\\n]* [AP]M [^\\n]*\\n)?[^a-zB-LNOQ-SU-Y\\n]*';
/**
 * RE2 for one of some words. One letter excludes most places without a word. It also combines the first letter of one
 * word with the end of another one; the result is not a level.
 */
function oneOf(words: readonly string[]): string {
  const heads = new Set(words.map((word) => word.charAt(0)));
  return `[${[...heads].join('')}](?:${words.map((word) => word.slice(1)).join('|')})`;
}

/** The letter that klog begins with; a level as the first word; one in capitals. */
export const LEVEL_IN_TEXT = [
  '(?P<letter>[IWEF])\\d{4} \\d\\d:',
  `${BEFORE}(?P<first>(?i:${oneOf([...LEVELS_IN_TEXT, 'dbug', 'trce', 'note'])})|${oneOf(SHORT)})[\\]:\\[\\s]`,
  `[^\\n]{0,100}?\\b(?P<capitals>${oneOf([...LEVELS_IN_TEXT, 'success'].map((word) => word.toUpperCase()))})\\b`,
];
/** Its groups that are a word for a level. */
export const LEVEL_GROUPS = ['letter', 'first', 'capitals'];
/** Levels by their words there, and in logfmt. */
export const ALIASES_IN_TEXT: Aliases = { ...LEVEL_ALIASES, i: 'info', w: 'warn', e: 'error', f: 'error' };

/** The text before a status: in access logs of Apache, Traefik, Envoy, gunicorn and others; in Rails' lograge. */
const REQUEST = ['(?:\\S+ ){0,5}\\[[^\\]\\n]*\\] "(?:[^"\\\\\\n]|\\\\.)*" ', 'method=\\S+ [^\\n]*\\bstatus='];
/** Words that are a level in their place only. */
const WORDS = [
  '\\[\\w{3} \\w{3} [^\\]\\n]+\\] \\[(?:[\\w-]+:)?(?P<apache>[a-z]+\\d?)\\]',
  '[^\\n[]*\\[(?P<bracket>emerg|alert|crit|err)\\]',
  '(?P<fail>fail|crit): ',
  '\\[[^\\]\\n]+\\] \\d+ +- [^\\n[]* (?P<nest>LOG|VERBOSE) ',
  '(?:\\[[^\\]\\n]*\\] )?PHP (?P<php>[A-Z][a-z]+(?: error)?): ',
];
/** How an error begins that no logger wrote: Node, Java, Python, Go, Rust, Ruby, PHP; and how any stack trace goes on. */
const TRACES = [
  'Uncaught |Unhandled|Exception in |panic: |fatal error: ',
  '(?:[\\w$]+\\.)*[A-Z]\\w*(?:Error|Exception)\\b',
  "thread '[^\\n]*' (?:\\(\\d+\\) )?panicked at ",
  "[^\\n]*:\\d+:in [`'][^\\n]*\\((?:\\w+::)*[A-Z]\\w*\\)(?:\\n|$)",
  '[^\\n]*\\n(?:[^\\n]*\\n)?(?:\\tat | {3,4}at )',
  // The place in the source that Node shows before the error.
  '\\S+:\\d+\\n[^\\n]*\\n\\s*\\^+\\s*$',
];
/** What is looked for where a line has no level by now. */
export const RARE = [
  '<(?P<priority>\\d{1,3})>',
  ...WORDS,
  `(?:${REQUEST.join('|')})(?P<${FIELDS.status}>\\d{3})\\b`,
  `(?P<trace>${TRACES.join('|')})`,
];
/** Its groups that are a word for a level. */
export const RARE_GROUPS = ['apache', 'bracket', 'fail', 'nest', 'php'];
/** Levels by their words there. */
export const RARE_ALIASES: Aliases = {
  ...LEVEL_ALIASES,
  ...COUNTED_LEVELS,
  // Apache
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((depth) => [`trace${depth}`, 'debug'] as const)),
  // PHP
  'fatal error': 'error',
  'parse error': 'error',
  deprecated: 'warn',
};
