/** Reads an agent's log, as kubectl prints it with times. Each agent has words of its own for a failed push. Pure. */
import { z } from 'zod';
import type { AgentType } from '../../config';
import { sendsToLoki } from '../../log-model/agent-metrics';
import type { AgentLog, Failure } from './state';

type FailedPush = AgentLog['pushes'][number];

/** The log of which nothing is known. */
export const SILENT: AgentLog = { pushes: [], unreadable: [], discovery: [], queue: [] };

/** What kubectl is asked for. The Collector tells of a file that it may not read once, which may be long ago. */
export const LOG_ARGUMENTS: Readonly<Record<AgentType, readonly string[]>> = {
  promtail: ['--timestamps', '--since=5m', '--tail=1000'],
  collector: ['--timestamps', '--tail=1000'],
};

interface Line {
  readonly at?: number;
  readonly text: string;
  /** Its fields, if it is JSON. */
  readonly record: z.output<typeof recordShape>;
}

const recordShape = z.looseObject({
  msg: z.string().default(''),
  error: z.string().default(''),
  status: z.number().optional(),
  path: z.string().optional(),
  'otelcol.component.id': z.string().optional(),
});

/** What a log says of failures. */
export function agentLog(type: AgentType, log: string): AgentLog {
  const lines = log.split('\n').map(lineOf);
  const pushOf = PUSHES[type];
  return {
    pushes: lines.flatMap((line) => failure(line, pushOf(line))),
    unreadable: unreadable(lines),
    discovery: lines.flatMap((line) => {
      // Both agents have the same library for it, whose lines are not JSON.
      const error = /failed to (?:list|watch) \*v1\.Pod: ((?:[^"\\]|\\.)*)/.exec(line.text)?.[1];
      return error === undefined ? [] : failure(line, { error: error.replaceAll('\\"', '"') });
    }),
    queue: lines.flatMap((line) =>
      line.record.msg.startsWith('Exporting failed. Rejecting data.')
        ? failure(line, { error: line.record.error })
        : [],
    ),
  };
}

function lineOf(printed: string): Line {
  const [, time = '', text = printed] = /^(\d{4}-\d\d-\d\dT\S+) (.*)$/.exec(printed) ?? [];
  const at = Date.parse(time);
  return { ...(Number.isNaN(at) ? {} : { at }), text, record: recordShape.safeParse(json(text)).data ?? NO_FIELDS };
}

const NO_FIELDS = recordShape.parse({});

/** What a line says; nothing, if it is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failure<T extends Failure>({ at }: Line, found: T | undefined): readonly T[] {
  return found === undefined ? [] : [at === undefined ? found : { ...found, at }];
}

const PUSHES: Readonly<Record<AgentType, (line: Line) => FailedPush | undefined>> = {
  promtail: ({ record: { msg, status = -1, error } }) =>
    msg.includes('sending batch') ? { status: String(status), error } : undefined,
  // Of an attempt that will be repeated, it tells at level info.
  collector: ({ record: { msg, error, 'otelcol.component.id': component = '' } }) => {
    if (!sendsToLoki(component) || !/^Exporting failed\. (?:Will retry|Dropping)/.test(msg)) return undefined;
    const [, status, message] = /HTTP Status Code (\d+)(?:, Message=(.*), Details=)?/s.exec(error) ?? [];
    return status === undefined ? { status: '-1', error } : { status, error: message ?? '' };
  },
};

/** Files that may not be read, and could not be since. */
function unreadable(lines: readonly Line[]): AgentLog['unreadable'] {
  let found: AgentLog['unreadable'] = [];
  for (const line of lines) {
    const { text, record } = line;
    if (record.msg.startsWith('Previously unreadable file')) found = found.filter(({ path }) => path !== record.path);
    if (!/permission denied/i.test(text)) continue;
    const path = /(?:open|stat) (\/[^\s"\\:]+)/.exec(text)?.[1];
    found = [...found, ...failure(line, { error: text, ...(path === undefined ? {} : { path }) })];
  }
  return found;
}
