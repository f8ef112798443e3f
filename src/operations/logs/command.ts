/** `npm run logs -- '<LogQL>' --stack <stack>`: lines in the terminal, for a machine without Grafana. */
import { parseExpression } from '../../alerts/logql';
import type { StackConfig } from '../../config';
import { fewestEntries } from '../../config/derived/limits';
import { parseDuration } from '../../config/units';
import { command, EXIT, positive, say, UsageError } from '../command';
import { CLUSTER_OPTIONS, clusterOf, STACK_OPTIONS, stackWithLoki } from '../options';
import { hasColours } from '../status/format';
import { type Door, doorAtUrl, doorInCluster, Refusal } from './door';
import { follow, nanoseconds } from './follow';
import { Reader } from './reader';
import { formatRecord, type LogRecord, recordJson } from './record';

const PASSWORD = 'LOGS_PASSWORD';
const LIMIT = '1000';

export default command({
  words: "'<LogQL>'",
  options: {
    ...STACK_OPTIONS,
    since: { type: 'string', value: '<time>', default: '1h', description: 'how long ago the first line may be' },
    limit: { type: 'string', value: '<n>', default: LIMIT, description: 'the newest lines, at most' },
    follow: { type: 'boolean', description: 'goes on with what comes, until ctrl-c' },
    json: { type: 'boolean', description: 'for programs: one object a line, with every label' },
    url: {
      type: 'string',
      value: '<url>',
      description: `of the gateway, without a cluster; the password is in ${PASSWORD}`,
    },
    ca: { type: 'string', value: '<file>', description: 'with --url: certificate of the CA that made the gateway’s' },
    ...CLUSTER_OPTIONS,
  },
  run: async (values, [query, ...more]) => {
    if (query === undefined || more.length > 0)
      throw new UsageError(`one query in quotes is wanted, for example '{job="backend"} | json'`);
    checkQuery(query);
    const limit = positive('limit', values.limit, Number(LIMIT));
    if (!Number.isInteger(limit)) throw new UsageError(`--limit: ${values.limit} is no whole number`);
    const since = parseDuration(values.since)?.milliseconds ?? NaN;
    if (!(since > 0)) throw new UsageError(`--since: ${values.since} is no time such as 30m or 2h`);
    const config = stackWithLoki(values);
    const password = process.env[PASSWORD];
    const { url } = values;
    if (url !== undefined && config.auth.loki.enabled && password === undefined)
      throw new UsageError(`${PASSWORD} is not set: the password of credential ${config.grafana.credential}`);
    const open = (): Promise<Door> =>
      url === undefined
        ? doorInCluster(config, clusterOf(values), password)
        : Promise.resolve(doorAtUrl(config, url, config.auth.loki.enabled ? password : undefined, values.ca));

    const stopped = new AbortController();
    const stop = (): void => stopped.abort();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    // Whoever read the output has read enough: `| head`.
    process.stdout.once('error', stop);
    const colours = hasColours();
    const print = (record: LogRecord): void => {
      if (!stopped.signal.aborted)
        process.stdout.write(`${values.json ? recordJson(record) : formatRecord(record, colours)}\n`);
    };
    await show({ config, query, open, print, since, limit, follows: values.follow, signal: stopped.signal });
    return EXIT.good;
  },
});

/** @throws UsageError for what is no query of lines */
export function checkQuery(query: string): void {
  const { errors, faults, isMetric } = parseExpression(query);
  const [error] = errors;
  if (error !== undefined) throw new UsageError(`this is no LogQL: ${query}\nnot understood: ${error}`);
  const [fault] = faults;
  if (fault !== undefined) throw new UsageError(`Loki would refuse ${query}\n${fault.rule}; ${fault.remedy}`);
  if (isMetric) throw new UsageError(`this query counts lines; a query of lines begins with a selector: ${query}`);
}

interface Show {
  readonly config: StackConfig;
  readonly query: string;
  readonly open: () => Promise<Door>;
  readonly print: (record: LogRecord) => void;
  /** Milliseconds. */
  readonly since: number;
  readonly limit: number;
  readonly follows: boolean;
  readonly signal: AbortSignal;
}

async function show({ config, query, open, print, since, limit, follows, signal }: Show): Promise<void> {
  let door = await open();
  const reader = new Reader((path, until) => door.ask(path, until), query, fewestEntries(config.limits));
  const now = nanoseconds();
  const range = { from: now - nanoseconds(since), to: now };
  let isAway = false;
  try {
    const shown = await reader.newest(range, limit, signal);
    shown.forEach(print);
    if (shown.length === limit) say(`These are the newest ${limit}; --limit shows more.`);
    if (!follows) return;
    await follow(reader, shown, range, {
      signal,
      limit,
      print: (record) => {
        isAway = false;
        print(record);
      },
      failed: async (error) => {
        if (error instanceof Refusal && error.status < 500 && error.status !== 429) throw error;
        if (!isAway) say(`${error instanceof Error ? error.message : String(error)}; trying again`);
        isAway = true;
        // A port that is forwarded ends with its pod.
        await door.close();
        door = await open().catch(() => door);
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await door.close();
  }
}
