/** Stages for one JSON object on a line. */
import { CLAIMABLE_JOBS, type Field, FIELDS, LABELS, STRUCTURED_METADATA } from '../../log-model';
import { ESCAPE } from '../colours';
import {
  bareLevel,
  IDS,
  JSON_OBJECT,
  LEVEL_WITHIN,
  longId,
  names,
  RARE_ALIASES,
  RARE_LEVEL_NAMES,
  REQUEST_METHODS,
  SEVERITY_NUMBERS,
  STATUS_OF_TRAEFIK,
} from '../json';
import { OTEL, SYSLOG } from '../level';
import { levelLabel, whenWithoutLevel } from './level';
import { type LineFilter, type Stage, when, withoutColours } from './stage';
import { ownTime } from './time';

export const isJson: LineFilter = ['|~', JSON_OBJECT];
export const isNotJson: LineFilter = ['!~', JSON_OBJECT];

/** Levels that are numbers, and only that: OpenTelemetry's, and syslog's, which journald and GELF have. */
const NUMBERS = [
  ...SEVERITY_NUMBERS.map((name) => number(OTEL, name)),
  `"short_message" && ${number(SYSLOG, FIELDS.level)}`,
  number(SYSLOG, 'PRIORITY'),
];

const CLAIMED_JOB = 'claimedJob';

/** JMESPath for a field under any of its names. */
export function expression(field: Field): string {
  return anyOf(names(field));
}

const anyOf = (fields: readonly string[]): string => fields.map((name) => `"${name}"`).join(' || ');

/** JMESPath: the number with this name, spelt as `COUNTED_LEVELS` spells it. */
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
        `!(${common}) && (${anyOf(REQUEST_METHODS)}) && "${FIELDS.status}" >= \`100\` && "${FIELDS.status}"`,
        '`null`', // never false, which would be a text
      ].join(' || '),
      ...inexactIds.expression,
    }),
    { regex: { source: FIELDS.level, expression: bareLevel(FIELDS.level) } },
    ...levelLabel({ status: true, aliases: RARE_ALIASES }, inexactIds.label),
  ];
}

/** Ids as they stand in the line, digit by digit, where {@link inexactIds} has found one. */
export function exactIds(): Stage {
  return when(
    [],
    IDS.flatMap((field) => {
      const exact = `exact_${field}`;
      return [
        { regex: { expression: longId(field, exact) } },
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
