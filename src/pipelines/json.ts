/** One JSON object on a line, by our logger or any other. Paths are written as JMESPath has them: `"log"."level"`. */
import { type Field, FIELDS, LEVEL_ALIASES } from '../log-model';
import { type Aliases, COUNTED_LEVELS } from './level';

/** How a line begins that is a JSON object, and not the first line of something longer. */
export const JSON_OBJECT = '^\\{\\s*["}]';

/** Names of fields in other loggers: pino, bunyan, zap, structlog, Logstash, PostgreSQL. */
const OTHER_NAMES: Partial<Record<Field, readonly string[]>> = {
  level: ['severity', 'lvl', 'error_severity'],
  timestamp: ['time', 'ts', '@timestamp'],
  requestId: ['request_id', 'reqId', 'req_id'],
  userId: ['user_id'],
  traceId: ['trace_id', 'traceID'],
};

/** All names of a field. */
export const names = (field: Field): readonly string[] => [field, ...(OTHER_NAMES[field] ?? [])];

/** The level in records of programs that log for another one; it precedes their own level: CloudNativePG. */
export const LEVEL_WITHIN = '"record"."error_severity"';
/** Traefik's requests, which are all of level info. */
export const STATUS_OF_TRAEFIK = '"DownstreamStatus"';

/** Names of a level that are looked for where a line has none by a common name: each a path. */
export const RARE_LEVEL_NAMES = [
  '"log.level"', // ECS
  '"log"."level"',
  '"LogLevel"', // .NET
  '"Level"', // Serilog, NLog
  '"@l"', // Serilog, compact
  '"level_name"', // Monolog, whose level is a number of its own
  '"levelname"', // python-json-logger
  '"severityText"', // OpenTelemetry
  '"severity_text"',
  '"SeverityText"',
  '"loglevel"',
  '"log_level"',
] as const;
/** OpenTelemetry's levels that are numbers, and only that. The first one that is there counts. */
export const SEVERITY_NUMBERS = ['severityNumber', 'severity_number', 'SeverityNumber'];
/** Levels by the words under all of these names. The letters are MongoDB's. */
export const RARE_ALIASES: Aliases = {
  ...LEVEL_ALIASES,
  ...COUNTED_LEVELS,
  f: 'error',
  e: 'error',
  w: 'warn',
  i: 'info',
  d: 'debug',
  ...Object.fromEntries([1, 2, 3, 4, 5].map((depth) => [`d${depth}`, 'debug'])),
};
/** RE2 for a word or number of a level, without the colours and the brackets around it. @param group - its name */
export const bareLevel = (group: string): string =>
  `^(?:\\x1b\\[[0-9;:]*m|[\\s\\[(<|*-])*(?P<${group}>[A-Za-z]+\\d*|\\d+)`;
/** Fields with the method of a request: the level of these records follows from their status. */
export const REQUEST_METHODS = ['method', 'request_method', 'request'];

/** Fields that may hold an id that is a number. */
export const IDS = [FIELDS.requestId, FIELDS.userId, FIELDS.traceId] as const;
/** RE2 for an id as it stands in the line, a number of many digits. @param group - its name */
export const longId = (id: Field, group: string): string =>
  `"(?:${names(id).join('|')})"\\s*:\\s*(?P<${group}>-?[0-9]{16,})\\s*[,}]`;
