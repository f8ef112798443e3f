/**
 * Given the mission's log sources as pods that were made to log; every query of the mission, asked through the gateway as it
 * is written there, returns exactly what the pods wrote.
 *
 * Two agents read them, the stack's Promtail and the Collector beside it, and every query is asked of what either has sent.
 *
 * What they wrote is what `kubectl logs` says. It is read before and after a query: each line that was there before must be
 * in the answer, and each line of the answer must be there after.
 */
import { kubectl, type Target } from '../../local/kubernetes';
import type { AgentType } from '../../src/config';
import { type Job, JOBS, POD_LABELS, REDACTED, SecurityActions } from '../../src/log-model';
import { AT_FIRST, interpolate } from '../../programs/dashboards';
import { everyQuery, namesOf } from '../support/logql';
import { eventually } from '../../programs/wait';
import { e2eConfig, gatewayClient, runningCluster, SECOND_TENANT } from './cluster';
import { removeSecondAgent, startSecondAgent } from './second-agent';
import { makeSourcesLog, removeSources, SOURCES, startSources } from './source-pods';

const config = e2eConfig();
const started = new Date(Date.now() - 60_000);
/** The agents, and who may read what each has sent. */
const READERS = { promtail: 'grafana', collector: SECOND_TENANT.read[0] } as const satisfies Record<AgentType, string>;
let target: Target;

beforeAll(async () => {
  const running = runningCluster();
  target = running.target;
  await startSecondAgent(target, config);
  await startSources(running.cluster, target, config);
  await makeSourcesLog(target);
});

afterAll(async () => {
  await removeSources(target);
  await removeSecondAgent(target, config);
});

/** What a source's pod wrote, record by record, without what the agent is to take out. */
type Records = readonly string[];

async function written(job: Job): Promise<Records> {
  // Of a container that has ended, the last line may have no end.
  const text = await kubectl(target, ['-n', SOURCES, 'logs', '-l', `${POD_LABELS.app}=${job}`, '--tail=-1']);
  const lines = text.trimEnd().split('\n');
  const continues = CONTINUATIONS[job];
  const records: string[] = [];
  for (const line of lines) {
    const last = records.length - 1;
    if (continues?.test(line) === true && last >= 0) records[last] = `${records[last] ?? ''}\n${line}`;
    else records.push(line);
  }
  return records.map(redacted);
}

/** Lines that belong to the record before. */
const CONTINUATIONS: Partial<Record<Job, RegExp>> = {
  postgres: /^\s|^\S+ \S+ UTC \[\d+\] (?:\S+@\S+ )?(?:DETAIL|HINT|STATEMENT|CONTEXT|QUERY): {2}/,
};

/** Every secret and every mail address of the test is of one of these forms. */
function redacted(record: string): string {
  return record.replaceAll(/hunter2-[\w-]+/g, REDACTED).replaceAll(/[\w.]+@example\.org/g, REDACTED);
}

/** Health checks: what the default drop rules leave out. */
const isHealthCheck = (record: string): boolean => /"path":"\/health"/.test(record);

/** A record of the backend or of nginx; `undefined` if it is none. */
function parsed(record: string): Readonly<Record<string, unknown>> | undefined {
  if (!record.startsWith('{')) return undefined;
  const value: unknown = JSON.parse(record);
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}

const field =
  (name: string, accept: (value: unknown) => boolean) =>
  (record: string): boolean =>
    accept(parsed(record)?.[name]);
const equal = (name: string, expected: unknown) => field(name, (value) => value === expected);
const all =
  (...filters: readonly ((record: string) => boolean)[]) =>
  (record: string): boolean =>
    filters.every((filter) => filter(record));

/** The backend's process writes what belongs to three jobs. */
const jobOf = (record: string): unknown => {
  const job = parsed(record)?.['job'];
  return job === JOBS.security || job === JOBS.frontend ? job : JOBS.backend;
};
const of =
  (...jobs: readonly Job[]) =>
  (record: string): boolean =>
    jobs.some((job) => job === jobOf(record));

const severity = (...names: readonly string[]) => {
  const expression = new RegExp(`^[^\\n]*? (?:${names.join('|')}): {2}`);
  return (record: string): boolean => expression.test(record);
};
const slowerThan =
  (milliseconds: number) =>
  (record: string): boolean =>
    Number(/^[^\n]*LOG: {2}duration: ([0-9.]+) ms/.exec(record)?.[1] ?? 0) > milliseconds;
const loginAttempt = equal('action', SecurityActions.LOGIN_ATTEMPT);

/** A query, the pod that its lines are from, and which of the pod's records they are. */
const QUERIES: readonly (readonly [string, Job, (record: string) => boolean])[] = [
  // The mission's, word for word.
  ['{job="backend"}', 'backend', of('backend')],
  ['{job="backend", level="error"}', 'backend', all(of('backend'), equal('level', 'error'))],
  ['{job="backend"} |= "error"', 'backend', all(of('backend'), (record) => record.includes('error'))],
  ['{job="security"} | json | action="LOGIN_ATTEMPT"', 'backend', all(of('security'), loginAttempt)],
  [
    '{job=~"backend|security"} | json | level="error"',
    'backend',
    all(of('backend', 'security'), equal('level', 'error')),
  ],
  [
    '{job="security"} | json | action="LOGIN_ATTEMPT" | result="FAILURE"',
    'backend',
    all(of('security'), loginAttempt, equal('result', 'FAILURE')),
  ],
  [
    '{job="backend"} | json | message=~".*query.*" | duration > 1000',
    'backend',
    all(
      of('backend'),
      field('message', (value) => String(value).includes('query')),
      field('duration', (value) => Number(value) > 1000),
    ),
  ],
  [
    '{job="security"} | json | action="RATE_LIMIT_VIOLATION"',
    'backend',
    all(of('security'), equal('action', SecurityActions.RATE_LIMIT_VIOLATION)),
  ],
  ['{job="backend"} | json | requestId="abc123"', 'backend', all(of('backend'), equal('requestId', 'abc123'))],
  ['{job="backend"} | json | sentryEventId="abc123"', 'backend', all(of('backend'), equal('sentryEventId', 'abc123'))],
  // The same of each other source.
  ['{job="frontend"}', 'backend', of('frontend')],
  ['{job="postgres"}', 'postgres', () => true],
  ['{job="postgres", level="error"}', 'postgres', severity('ERROR', 'FATAL', 'PANIC')],
  [
    '{job="postgres"} |= "password authentication failed"',
    'postgres',
    (record) => record.includes('password authentication failed'),
  ],
  ['{job="postgres"} | duration > 1000', 'postgres', slowerThan(1000)],
  ['{job="postgres"} |= "deadlock detected"', 'postgres', (record) => record.includes('deadlock detected')],
  ['{job="redis"}', 'redis', () => true],
  ['{job="redis", level="warn"}', 'redis', (record) => /^\d+:[A-Z] \S+ \S+ \S+ \S+ # /.test(record)],
  ['{job="pgbouncer"}', 'pgbouncer', () => true],
  ['{job="pgbouncer", level="error"}', 'pgbouncer', (record) => / \[\d+\] (?:ERROR|FATAL) /.test(record)],
  ['{job="nginx"}', 'nginx', () => true],
  ['{job="nginx"} | json | status=404', 'nginx', equal('status', 404)],
  ['{job="nginx"} | json | status>=500', 'nginx', field('status', (value) => Number(value) >= 500)],
  ['{job="nginx"} | duration > 1000', 'nginx', field('request_time', (value) => Number(value) > 1)],
  [
    '{job="nginx", level="error"} != "request_time"',
    'nginx',
    (record) => / \[(?:error|crit|alert|emerg)\] /.test(record) && !record.startsWith('{'),
  ],
];

/** How often each line occurs. */
function counts(lines: readonly string[]): ReadonlyMap<string, number> {
  const result = new Map<string, number>();
  for (const line of lines) result.set(line, (result.get(line) ?? 0) + 1);
  return result;
}

/** The lines of `some` that `others` have not, or have less often. */
function without(some: readonly string[], others: readonly string[]): readonly string[] {
  const known = counts(others);
  return [...counts(some)].filter(([line, count]) => count > (known.get(line) ?? 0)).map(([line]) => line);
}

/** Queries that nothing the pods do makes a line for. */
const NOTHING_TO_SHOW: readonly string[] = ['panel "Saves and Evicted Clients" B'];

describe.each(Object.entries(READERS))('given what %s has sent,', (_agent, reader) => {
  const loki = gatewayClient(reader);

  test.each(QUERIES)('%s returns exactly what the pod wrote', async (query, job, matches) => {
    const expected = (records: Records): Records =>
      records.filter((record) => matches(record) && !isHealthCheck(record));
    const before = expected(await written(job));
    expect(before.length).toBeGreaterThan(0);
    const answer = await eventually(
      async () => (await loki.queryAll(query, started)).map(({ line }) => line),
      (lines) => without(before, lines).length === 0,
      60,
    );
    expect(without(before, answer)).toEqual([]);
    expect(without(answer, expected(await written(job)))).toEqual([]);
  });

  test.each(everyQuery())(
    'the query of $of is answered, and has something to show',
    async ({ of, expr, queryType }) => {
      const asked = interpolate(expr, AT_FIRST);
      const series =
        namesOf(asked).isMetric && queryType !== 'range' ? await loki.vector(asked) : await loki.range(asked, started);
      if (NOTHING_TO_SHOW.includes(of)) expect(series).toEqual([]);
      else expect(series).not.toEqual([]);
    },
  );

  test('no secret of any source is in Loki', async () => {
    expect(await loki.query(`{namespace="${SOURCES}", job!=""} |~ "hunter2-|@example\\\\.org"`, started)).toEqual([]);
  });
});

test('no source was restarted, or what it wrote before would not be known', async () => {
  const restarts = await kubectl(target, [
    '-n',
    SOURCES,
    'get',
    'pods',
    '-o',
    'jsonpath={.items[*].status.containerStatuses[*].restartCount}',
  ]);
  expect(restarts).toMatch(/^0( 0){7}$/);
});

test('the sources wrote secrets', async () => {
  const raw = await kubectl(target, [
    '-n',
    SOURCES,
    'logs',
    '-l',
    POD_LABELS.job,
    '--tail=-1',
    '--prefix',
    '--max-log-requests=10',
  ]);
  for (const job of [JOBS.postgres, JOBS.nginx]) expect(raw).toMatch(new RegExp(`/${job}\\] .*hunter2-`));
});
