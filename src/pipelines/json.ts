/** One JSON object on a line, by our logger or any other. */
import {
  CLAIMABLE_JOBS,
  FIELDS,
  LABELS,
  LEVEL_ALIASES,
  STRUCTURED_METADATA,
  type Field,
  type Level,
} from '../log-model';
import { COUNTED_LEVELS, levelLabel, OTEL, SYSLOG, whenWithoutLevel } from './level';
import { ESCAPE, type LineFilter, type Stage, when, withoutColours } from './stage';
import { ownTime } from './time';

/** How a line begins that is a JSON object, and not the first line of something longer. */
export const JSON_OBJECT = '^\\{\\s*["}]';
export const isJson: LineFilter = ['|~', JSON_OBJECT];
export const isNotJson: LineFilter = ['!~', JSON_OBJECT];

/** Names of fields in other loggers: pino, bunyan, zap, structlog, Logstash, PostgreSQL. */
const OTHER_NAMES: Partial<Record<Field, readonly string[]>> = {
  level: ['severity', 'lvl', 'error_severity'],
  timestamp: ['time', 'ts', '@timestamp'],
  requestId: ['request_id', 'reqId', 'req_id'],
  userId: ['user_id'],
  traceId: ['trace_id', 'traceID'],
};

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
/** Levels that are numbers, and only that: OpenTelemetry's, and syslog's, which journald and GELF have. */
const NUMBERS = [
  ...['severityNumber', 'severity_number', 'SeverityNumber'].map((name) => number(OTEL, name)),
  `"short_message" && ${number(SYSLOG, FIELDS.level)}`,
  number(SYSLOG, 'PRIORITY'),
];
/** MongoDB's letters. */
export const LETTERS: Readonly<Record<string, Level>> = {
  f: 'error',
  e: 'error',
  w: 'warn',
  i: 'info',
  d: 'debug',
  ...Object.fromEntries([1, 2, 3, 4, 5].map((depth) => [`d${depth}`, 'debug'])),
};

const CLAIMED_JOB = 'claimedJob';
/** Fields that may hold an id that is a number. */
export const IDS = [FIELDS.requestId, FIELDS.userId, FIELDS.traceId] as const;

export const names = (field: Field): readonly string[] => [field, ...(OTHER_NAMES[field] ?? [])];

/** JMESPath for a field under any of its names. */
export function expression(field: Field): string {
  return names(field)
    .map((name) => `"${name}"`)
    .join(' || ');
}

/** JMESPath: the number with this name, spelt as {@link COUNTED_LEVELS} does. */
function number(count: string, name: string): string {
  return `"${name}" && join('', ['${count}', to_string("${name}")])`;
}

/**
 * JMESPath: whether an id is a number of many digits. Promtail reads numbers as floating point, in which above this one not
 * every integer exists.
 */
const INEXACT_ID = IDS.map((field) => `(${expression(field)}) > \`${Number.MAX_SAFE_INTEGER}\``).join(' || ');
/** Extracted and as a label, until the end of the pipeline: that it is one. */
const INEXACT = 'inexact';
export const inexactIds = {
  expression: { [INEXACT]: INEXACT_ID },
  label: { [INEXACT]: INEXACT },
} as const;

/** Takes fields out of a JSON line. */
export function extract(fields: readonly Field[], further: Readonly<Record<string, string>> = {}): Stage {
  return {
    json: { expressions: { ...Object.fromEntries(fields.map((field) => [field, expression(field)])), ...further } },
  };
}

/** Stages for lines that are JSON objects. A line that only begins like one stays as it is. */
export function jsonRecord(): readonly Stage[] {
  const claimed = CLAIMABLE_JOBS.map((job) => `"${FIELDS.job}" == '${job}' && '${job}'`).join(' || ');
  const common = [
    extract([FIELDS.timestamp, ...STRUCTURED_METADATA], {
      // No level, where something has to be looked at again.
      [FIELDS.level]: `(${INEXACT_ID}) && 'look again' || ${LEVEL_WITHIN} || ${STATUS_OF_TRAEFIK} || ${expression(FIELDS.level)}`,
      [CLAIMED_JOB]: `${claimed} || \`null\``,
    }),
    ...ownTime(),
    ...levelLabel({}, { [LABELS.job]: CLAIMED_JOB }),
  ];
  return [
    ...common,
    // With a colour in it as it is, it is no JSON.
    whenWithoutLevel([], [when([['|=', ESCAPE]], [withoutColours, ...common]), ...rareLevel(), exactIds()]),
  ];
}

/** Stages for what only few lines have, so that the others do not pay for it. */
function rareLevel(): readonly Stage[] {
  const common = expression(FIELDS.level);
  return [
    extract([], {
      // "@t" without "@l" is Serilog's information.
      [FIELDS.level]: [
        LEVEL_WITHIN,
        ...NUMBERS,
        ...RARE_LEVEL_NAMES,
        `"@t" && 'info'`,
        `"t"."$date" && "s"`,
        common,
      ].join(' || '),
      [FIELDS.status]: [
        STATUS_OF_TRAEFIK,
        '"response_code"', // Envoy
        `!(${common}) && ("method" || "request_method" || "request") && "${FIELDS.status}" >= \`100\` && "${FIELDS.status}"`,
        '`null`', // never false, which would be a text
      ].join(' || '),
      ...inexactIds.expression,
    }),
    // Without the colours and the brackets around it.
    {
      regex: {
        source: FIELDS.level,
        expression: `^(?:\\x1b\\[[0-9;:]*m|[\\s\\[(<|*-])*(?P<${FIELDS.level}>[A-Za-z]+\\d*|\\d+)`,
      },
    },
    ...levelLabel({ status: true, aliases: { ...LEVEL_ALIASES, ...COUNTED_LEVELS, ...LETTERS } }, inexactIds.label),
  ];
}

/** Ids as they stand in the line, digit by digit, where {@link inexactIds} has found one. */
export function exactIds(): Stage {
  return when(
    [],
    IDS.flatMap((field) => {
      const exact = `exact_${field}`;
      return [
        {
          regex: {
            expression: `"(?:${names(field).join('|')})"\\s*:\\s*(?P<${exact}>-?[0-9]{16,})\\s*[,}]`,
          },
        },
        {
          // It may be one of another object's: then it is another number.
          template: {
            source: field,
            template: `{{ if .Value }}{{ if and .${exact} (eq (float64 .${exact}) (float64 .Value)) }}{{ .${exact} }}{{ else }}{{ .Value }}{{ end }}{{ end }}`,
          },
        },
      ];
    }),
    `{${INEXACT}="true"}`,
  );
}
