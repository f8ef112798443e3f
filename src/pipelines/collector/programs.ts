/** Programs with a format of their own: nginx, PostgreSQL, Redis and PgBouncer. */
import { FIELDS, type Format, LEVEL_ALIASES, STRUCTURED_METADATA } from '../../log-model';
import { ACCESS, ERROR, REQUEST_TIME } from '../nginx';
import { PREFIX as PGBOUNCER } from '../pgbouncer';
import { ALIASES, DURATION, DURATION_MS, FIRST_LINE } from '../postgres';
import { LEVELS_OF, LOGFMT, PREFIX } from '../redis';
import { metadataOf, PARSED, valuesOf } from './json';
import { levelOfStatus, levelOfWord, STATUS, WORD } from './level';
import {
  all,
  attribute,
  BODY,
  cached,
  contains,
  type Group,
  groupsOf,
  literal,
  not,
  ofFormat,
  set,
  setFirst,
  setFirstText,
} from './ottl';
import { isJson } from './redaction';
import { ownTime } from './time';

const json = (format: Format): string => all([isJson, ofFormat(format)]);
const text = (format: Format): string => all([not(isJson), ofFormat(format)]);
/** The groups of an expression at the beginning of a text. */
const parsed = (expression: string): string => set('log.cache', groupsOf(BODY, `^(?:${expression})`));
/** The time in front of a zone, if that is UTC: other names of zones do not mean the same everywhere. */
const inUtc = (value: string): string => `${groupsOf(value, '^(?P<utc>.+) (?:UTC|GMT|[+-]00(?::?00)?)$')}["utc"]`;
const LAYOUT = '%Y-%m-%d %H:%M:%S';

/** Its times are whole seconds, so that a line's time is when the container runtime saw it. */
const nginx: readonly Group[] = [
  {
    condition: json('nginx'),
    statements: [
      PARSED,
      ...metadataOf([...STRUCTURED_METADATA, FIELDS.status]),
      // Seconds with three digits become whole milliseconds.
      set(attribute(FIELDS.duration), `Int(Double(${cached(REQUEST_TIME)}) * 1000.0 + 0.5)`),
      set(STATUS, cached(FIELDS.status), `${cached(FIELDS.status)} >= 100`),
      set(STATUS, cached(FIELDS.status), `IsString(${cached(FIELDS.status)})`),
      ...levelOfStatus(),
    ],
  },
  {
    condition: text('nginx'),
    statements: [
      parsed(`${ERROR}|${ACCESS}`),
      ...setFirstText(STATUS, [cached(FIELDS.status)]),
      set(attribute(FIELDS.status), STATUS),
      ...setFirstText(WORD, [cached(FIELDS.level)]),
      ...levelOfStatus(),
      ...levelOfWord(),
    ],
  },
];

const postgresRecord = [
  ...levelOfWord(ALIASES),
  set(attribute(FIELDS.duration), `${groupsOf(BODY, DURATION_MS)}[${literal(FIELDS.duration)}]`, contains(DURATION)),
];
const postgres: readonly Group[] = [
  {
    condition: json('postgres'),
    statements: [
      PARSED,
      ...setFirst(WORD, valuesOf(FIELDS.level)),
      ...ownTime(valuesOf(FIELDS.timestamp).map(inUtc), LAYOUT),
      ...postgresRecord,
    ],
  },
  {
    condition: text('postgres'),
    statements: [
      parsed(FIRST_LINE),
      ...setFirstText(WORD, [cached('stderr'), cached('csv')]),
      ...ownTime([inUtc(`Concat([${cached(FIELDS.timestamp)}, ${cached('zone')}], " ")`)], LAYOUT),
      ...postgresRecord,
    ],
  },
];

const redis: readonly Group[] = [
  {
    condition: text('redis'),
    statements: [
      parsed(`${PREFIX}|${LOGFMT}`),
      // Redis writes its container's local time and names no zone: if that is not UTC, it is not believed.
      ...['logfmtLegacy', 'plainLegacy'].flatMap((name) => ownTime([cached(name)], '%e %b %Y %H:%M:%S')),
      ...['logfmt', 'plain'].flatMap((name) => ownTime([cached(name)])),
      ...setFirstText(WORD, [cached(FIELDS.level), cached('word')]),
      ...levelOfWord(LEVELS_OF),
    ],
  },
];

const pgbouncer: readonly Group[] = [
  {
    condition: text('pgbouncer'),
    statements: [
      parsed(PGBOUNCER),
      ...ownTime([inUtc(cached(FIELDS.timestamp))], LAYOUT),
      ...setFirstText(WORD, [cached(FIELDS.level)]),
      ...levelOfWord(LEVEL_ALIASES),
    ],
  },
];

export const PROGRAMS: readonly Group[] = [...nginx, ...postgres, ...redis, ...pgbouncer];
