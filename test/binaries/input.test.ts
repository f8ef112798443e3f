/**
 * Input that is broken, hostile, secret or unwanted: the rendered config, run by the real agents, through the real
 * gateway into the real Loki. Nothing crashes, and what is lost is counted.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLAIMABLE_JOBS, LABELS, POD_LABELS, REDACTED, SECRET_PATTERNS } from '../../src/log-model';
import { LogPath } from '../support/log-path';
import { type Entry } from '../../programs/loki';
import { countOf } from '../../programs/metric';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { type Container, cri, criPieces, iso, NODE } from '../../programs/pod-logs';
import { type RunningPromtail } from '../../programs/promtail';
import { type RunningCollector } from '../../programs/collector';
import { send } from '../../programs/request';
import { variant } from '../../programs/rendered-stack';
import { SECRET_SAMPLES } from '../support/secret-samples';

const MILLISECOND = 1_000_000n;
const SECOND = 1000n * MILLISECOND;
const START = (BigInt(Date.now()) / 1000n - 120n) * SECOND;
let clock = START;
const tick = (): bigint => (clock += MILLISECOND + 1n);

const LONGEST_LINE = 256 * 1024;
const SAMPLED = 400;

const pod = (name: string, labels: Readonly<Record<string, string>> = {}): Container => ({
  namespace: 'input',
  pod: name,
  container: 'main',
  labels: { [POD_LABELS.app]: name, ...labels },
});

const pods = {
  halves: pod('halves'),
  huge: pod('huge'),
  id: pod('long-id'),
  old: pod('old'),
  late: pod('late'),
  claims: pod('claims'),
  secrets: pod('secrets'),
  python: pod('script', { [POD_LABELS.format]: 'python' }),
  health: pod('health'),
  sampled: pod('sampled'),
  invites: pod('invites'),
} as const satisfies Record<string, Container>;

/** Counters of what is lost, by the name of the agent. */
const COUNTERS = {
  Promtail: {
    droppedBy: (rule: string) => ({ name: 'logentry_dropped_lines_total', labels: { reason: rule } }),
    refused: { name: 'promtail_dropped_entries_total', labels: { reason: 'ingester_error' } },
    refusal: /timestamp too old.*final error sending batch/,
  },
  Collector: {
    droppedBy: (rule: string) => ({
      name: 'otelcol_processor_filter_logs_filtered',
      labels: { filter: `filter/${rule}` },
    }),
    refused: { name: 'otelcol_exporter_send_failed_log_records', labels: {} },
    refusal: /timestamp too old/,
  },
} as const;

describe.each(['Promtail', 'Collector'] as const)('%s, given', (agentName) => {
  const { droppedBy, refused, refusal } = COUNTERS[agentName];
  const rendered = variant('input', {
    environment: 'staging',
    agent: {
      files: [
        { name: 'statements', job: 'postgres', format: 'postgres', directory: '/var/log/postgresql', files: '*.csv' },
        { name: 'backend', job: 'backend', directory: '/var/log/spywatcher' },
      ],
      redact: [
        { name: 'guild-invite', expression: 'discord\\.gg/(\\w+)' },
        { name: 'guild-id', expression: 'guild-(?:a|b)\\d+' },
      ],
      drop: [
        { name: 'health-checks', selector: '{level="info"}', patterns: ['GET /health'] },
        { name: 'chatter', selector: '{app="sampled"}', keep: 0.5 },
      ],
    },
  });
  const path = new LogPath(rendered, `input-${agentName.toLowerCase()}`);
  const { folder, logs } = path;
  let agent: RunningPromtail | RunningCollector;

  /** The entries of a query once there are as many; the oldest first. */
  async function eventually(logql: string, count: number): Promise<readonly Entry[]> {
    let found: readonly Entry[] = [];
    await until(`${count} entries of ${logql}`, async () => {
      found = await path.query(logql);
      return found.length < count ? `${found.length} are there` : undefined;
    });
    return found.toSorted((a, b) => Number(a.time - b.time));
  }

  /** A counter of the agent, all its labels but the named ones summed up. */
  async function counter({
    name,
    labels,
  }: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
  }) {
    return countOf(await agent.metrics(), name, labels);
  }

  /** Lines that were cut: Promtail cuts them itself, the Collector leaves it to Loki. */
  async function cut(): Promise<number> {
    const labels = { reason: 'line_too_long' };
    if (agentName === 'Promtail') return counter({ name: 'promtail_mutated_entries_total', labels });
    const { text } = await send({ port: path.lokiPort, path: '/metrics' });
    return countOf(text, 'loki_mutated_samples_total', labels);
  }

  function writeFile(source: string, name: string, ...lines: readonly string[]): void {
    const directory = join(folder, 'files', source);
    mkdirSync(directory, { recursive: true });
    appendFileSync(join(directory, name), lines.map((line) => `${line}\n`).join(''));
  }

  beforeAll(async () => {
    await path.start();
    // A target begins with a file.
    for (const each of Object.values(pods)) logs.append(each, []);
    const targets = Object.values(pods);
    agent = await (agentName === 'Promtail' ? path.startPromtail(targets) : path.startCollector(targets));
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  test('half a JSON record and one of the wrong kind, keeps them as they are', async () => {
    const halves = ['{"level":"error","message":"cut he', '{"level":', '{"a":1}}', '{"a":01}', '{"" }'];
    logs.append(
      pods.halves,
      halves.map((text) => cri(tick(), text)),
    );
    const found = await eventually('{app="halves"}', halves.length);
    expect(found.map(({ line }) => line)).toEqual(halves);
  });

  test('a record of 1 MB, keeps its beginning and all that it is found by, and counts it', async () => {
    const before = await cut();
    const record = { level: 'error', requestId: 'huge-1', message: 'x'.repeat(1_000_000) };
    logs.append(pods.huge, criPieces(tick, JSON.stringify(record)));
    const [entry] = await eventually('{app="huge", level="error"} | requestId="huge-1"', 1);
    expect(Buffer.byteLength(entry?.line ?? '')).toBe(LONGEST_LINE);
    expect(await cut()).toBe(before + 1);
  });

  test('a request id of 100 KB, loses nothing', async () => {
    logs.append(pods.id, criPieces(tick, JSON.stringify({ level: 'info', requestId: 'x'.repeat(100_000) })));
    const [entry] = await eventually('{app="long-id"}', 1);
    expect(entry?.structuredMetadata['requestId']).toHaveLength(100_000);
  });

  test('a line that the container runtime wrote eight days ago, which Loki refuses, counts it and says so', async () => {
    const week = START - 8n * 24n * 3600n * SECOND;
    logs.append(pods.old, [cri(week, 'too old'), cri(tick(), 'new')]);
    expect((await eventually('{app="old"}', 1)).map(({ line }) => line)).toEqual(['new']);
    // Both come a moment after the answer.
    await until('the refusal in the log', () => (refusal.test(agent.output()) ? undefined : 'not there'));
    await until('the refusal to be counted', async () => ((await counter(refused)) > 0 ? undefined : 'not yet'));
  });

  test('a continuation that comes after its record has been sent, gives it its own time', async () => {
    const [first, last] = [tick(), tick()];
    logs.append(pods.late, [cri(first, 'begins')]);
    await eventually('{app="late"}', 1);
    await sleep(1_000);
    logs.append(pods.late, [cri(last, '  goes on, late')]);
    expect((await eventually('{app="late"}', 2)).map(({ line, time }) => [line, time])).toEqual([
      ['begins', first],
      ['  goes on, late', last],
    ]);
  });

  test('records that claim a job, believes those that may be claimed', async () => {
    const claimed = [...CLAIMABLE_JOBS, 'postgres', 'anything', '', 7];
    logs.append(
      pods.claims,
      claimed.map((job) => cri(tick(), JSON.stringify({ level: 'info', job }))),
    );
    const found = await eventually('{app="claims"}', claimed.length);
    expect(found.map(({ labels }) => labels[LABELS.job])).toEqual([
      ...CLAIMABLE_JOBS,
      ...Array<string>(claimed.length - CLAIMABLE_JOBS.length).fill('claims'),
    ]);
    expect(new Set(found.map(({ labels }) => labels[LABELS.service]))).toEqual(new Set(['claims']));
  });

  describe('lines of programs that do not use the logger', () => {
    let found: readonly Entry[];
    beforeAll(async () => {
      logs.append(
        pods.secrets,
        SECRET_SAMPLES.map(({ line }) => cri(tick(), line)),
      );
      found = await eventually('{app="secrets"}', SECRET_SAMPLES.length);
    });

    test('there is one for each kind of secret', () => {
      expect(new Set(SECRET_SAMPLES.map(({ kind }) => kind))).toEqual(new Set(SECRET_PATTERNS.map(({ kind }) => kind)));
    });

    test.each(SECRET_SAMPLES.map((sample, index) => ({ ...sample, index })))(
      '$kind is taken out: $line',
      ({ secret, index, line }) => {
        const after = found[index]?.line ?? '';
        expect(after).toContain(REDACTED);
        expect(after).not.toContain(secret);
        // What was JSON still is, so that queries find its fields.
        const isJson = (text: string): boolean => {
          try {
            return typeof JSON.parse(text) === 'object';
          } catch {
            return false;
          }
        };
        expect(isJson(after)).toBe(isJson(line));
      },
    );
  });

  test('an expression of the stack’s own, takes out what it captures, or all of it without a group', async () => {
    logs.append(pods.invites, [cri(tick(), 'joined discord.gg/abc123 and discord.gg/def456 as guild-a17')]);
    const [entry] = await eventually('{app="invites"}', 1);
    expect(entry?.line).toBe(`joined discord.gg/${REDACTED} and discord.gg/${REDACTED} as ${REDACTED}`);
  });

  test('a traceback of a program declared as Python, keeps its last line with it', async () => {
    const lines = ['failed', 'Traceback (most recent call last):', '  File "a.py", line 1', 'TypeError: no'];
    logs.append(
      pods.python,
      lines.map((text) => cri(tick(), text)),
    );
    const [entry] = await eventually('{app="script", level="error"}', 1);
    expect(entry?.line).toBe(lines.join('\n'));
  });

  test('a rule that drops, leaves out just those lines and counts them by its name', async () => {
    const lines = [
      '{"level":"info","message":"GET /health"}',
      '{"level":"error","message":"GET /health"}',
      '{"level":"info","message":"GET /healthy"}',
      '{"level":"info","message":"GET /"}',
    ];
    logs.append(
      pods.health,
      lines.map((text) => cri(tick(), text)),
    );
    const found = await eventually('{app="health"}', 2);
    expect(found.map(({ line }) => line)).toEqual([lines[1], lines[3]]);
    await until('both to be counted', async () => {
      const dropped = await counter(droppedBy('health-checks'));
      return dropped === 2 ? undefined : `${dropped} are`;
    });
  });

  test('a rule that samples, keeps about its fraction and counts the rest', async () => {
    logs.append(
      pods.sampled,
      Array.from({ length: SAMPLED }, (_, index) => cri(tick(), `{"n":${index}}`)),
    );
    logs.append(pods.halves, [cri(tick(), '{"end":true}')]);
    let dropped = 0;
    await until(`${SAMPLED} lines, kept or counted`, async () => {
      dropped = await counter(droppedBy('chatter'));
      const kept = (await path.query('{app="sampled"}')).length;
      return kept + dropped < SAMPLED ? `${kept} kept, ${dropped} counted` : undefined;
    });
    // A fair coin falls outside of this once in ten thousand million runs.
    expect(Math.abs(dropped - SAMPLED / 2)).toBeLessThan(SAMPLED / 6);
  });

  describe('files on the node', () => {
    const now = BigInt(Date.now()) * MILLISECOND;

    test('reads the configured ones alone, with the configured labels', async () => {
      writeFile('backend', 'backend.log', JSON.stringify({ level: 'warn', timestamp: iso(now), requestId: 'file-1' }));
      writeFile('backend', 'backend.log.1', 'rotated');
      const [entry, ...others] = await eventually('{job="backend"}', 1);
      expect(others).toEqual([]);
      expect(entry).toMatchObject({ time: now, structuredMetadata: { requestId: 'file-1' } });
      expect(entry?.labels).toEqual({ job: 'backend', service: 'backend', app: 'backend', level: 'warn', node: NODE });
      expect(entry?.structuredMetadata['filename']).toMatch(/backend\.log$/);
    });

    test('reads a security event among them as one', async () => {
      writeFile('backend', 'security.log', JSON.stringify({ level: 'info', job: 'security', action: 'LOGOUT' }));
      expect(await eventually('{job="security", service="backend"} | action="LOGOUT"', 1)).toHaveLength(1);
    });

    test('reads PostgreSQL’s csvlog: a statement of several lines is one record, at its own time', async () => {
      const [date = '', time = ''] = new Date(Number(now / MILLISECOND)).toISOString().split(/[TZ]/);
      const prefix = `${date} ${time} UTC,"app","spywatcher",7,"127.0.0.1:1",1.2,1,"SELECT",${date} ${time} UTC,3/4,0`;
      const record = `${prefix},LOG,00000,"duration: 1203.4 ms  statement: SELECT 1\nFROM guilds\n42",,,,,,,,,"psql","client backend",,0`;
      writeFile(
        'statements',
        'postgresql.csv',
        record,
        `${prefix},ERROR,42601,"syntax error",,,,,,,,,"psql","client backend",,0`,
      );
      const [slow] = await eventually('{job="postgres", level="info"} | duration > 1000', 1);
      expect(slow).toMatchObject({ line: record, time: now });
      expect(await eventually('{job="postgres", level="error"}', 1)).toHaveLength(1);
    });
  });
});
