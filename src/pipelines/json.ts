/** One JSON object on a line, by our logger or any other. */
import { CLAIMABLE_JOBS, FIELDS, LABELS, STRUCTURED_METADATA, type Field } from '../log-model';
import { levelLabel } from './level';
import { type LineFilter, type Stage, when } from './stage';
import { ownTime } from './time';

/** How a line begins that is a JSON object, and not the first line of something longer. */
export const JSON_OBJECT = '^\\{\\s*["}]';
export const isJson: LineFilter = ['|~', JSON_OBJECT];
export const isNotJson: LineFilter = ['!~', JSON_OBJECT];

/** What other loggers call it: pino, bunyan, zap, structlog, Logstash, PostgreSQL. */
const OTHER_NAMES: Partial<Record<Field, readonly string[]>> = {
  level: ['severity', 'lvl', 'error_severity'],
  timestamp: ['time', 'ts', '@timestamp'],
  requestId: ['request_id', 'reqId', 'req_id'],
  userId: ['user_id'],
  traceId: ['trace_id', 'traceID'],
};

const CLAIMED_JOB = 'claimedJob';

/** JMESPath for a field under any of its names. */
export function expression(field: Field): string {
  return [field, ...(OTHER_NAMES[field] ?? [])].map((name) => `"${name}"`).join(' || ');
}

/** Takes fields out of a JSON line. */
export function extract(fields: readonly Field[], further: Readonly<Record<string, string>> = {}): Stage {
  return {
    json: { expressions: { ...Object.fromEntries(fields.map((field) => [field, expression(field)])), ...further } },
  };
}

/** Stages for lines that are JSON objects. A line that only begins like one stays as it is. */
export function jsonRecord(): readonly Stage[] {
  return [
    extract([FIELDS.level, FIELDS.timestamp, ...STRUCTURED_METADATA], { [CLAIMED_JOB]: FIELDS.job }),
    ...ownTime(),
    ...levelLabel(),
    when(
      [['|=', `"${FIELDS.job}"`]],
      [
        {
          template: {
            source: CLAIMED_JOB,
            template: `{{ if eq .Value ${CLAIMABLE_JOBS.map((job) => `"${job}"`).join(' ')} }}{{ .Value }}{{ end }}`,
          },
        },
        { labels: { [LABELS.job]: CLAIMED_JOB } },
      ],
    ),
  ];
}
