/** `agent.also`, with the real Collector, and a Loki as the further destination: both have the same, and no trouble there reaches the stack's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FurtherStore } from '../support/further-store';
import { LogPath } from '../support/log-path';
import { LOKI_EXPORTER } from '../../src/log-model/agent-metrics';
import { parseMetrics } from '../../src/operations/observe/metrics';
import type { RunningCollector } from '../../programs/collector';
import { type Entry, nanoseconds } from '../../programs/loki';
import { type Container, cri } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';

const POD: Container = { namespace: 'shop', pod: 'backend-1', container: 'backend', labels: { app: 'backend' } };
const PASSWORD = 'of the further destination';
const SECRET = 'hunter2-of-the-shop';
const QUEUE = 256 * 1024;
const FURTHER = 'otlp_http/archive';
/** Several times the queue. */
const TOO_MANY = 4_000;

const KINDS: readonly string[] = [
  `{"level":"warn","message":"a login","requestId":"r-1","password":"${SECRET}"}`,
  '{"level":"error","message":"it failed","userId":"u-1"}',
  `plain text with password=${SECRET} in it`,
  '{"level":"info","message":"GET","path":"/health","userAgent":"kube-probe/1.36"}', // a drop rule leaves it out
];

const shown = ({ labels, structuredMetadata, time, line }: Entry): string =>
  JSON.stringify([String(time), line, Object.entries(labels).sort(), Object.entries(structuredMetadata).sort()]);
const sorted = (entries: readonly Entry[]): readonly string[] => entries.map(shown).sort();

describe('given a further destination', () => {
  let further: FurtherStore;
  let path: LogPath;
  let collector: RunningCollector;

  const write = (lines: readonly string[]): void =>
    path.logs.append(POD, [lines.map((line) => cri(nanoseconds(), line)).join('\n')]);
  const numbered = (name: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${name} n=${index} ${'x'.repeat(250)}`);
  const inLoki = (text: string): Promise<readonly Entry[]> => path.query(`{app="backend"} |= "${text}"`);
  const inFurther = (text: string): Promise<readonly Entry[]> => further.entries(`{app="backend"} |= "${text}"`);
  const arrives = (where: typeof inLoki, text: string, count: number): Promise<void> =>
    until(
      `${count} lines of ${text}`,
      async () => {
        const found = await where(text);
        if (found.length === count) return undefined;
        await sleep(500);
        return `${found.length} are there`;
      },
      { seconds: 90 },
    );
  /** Sum of a counter of one of the exporters. */
  const counted = async (what: string, exporter: string): Promise<number> =>
    parseMetrics(await collector.metrics())
      .filter(({ name, labels }) => name === `otelcol_exporter_${what}_log_records` && labels['exporter'] === exporter)
      .reduce((total, { value }) => total + value, 0);

  beforeAll(async () => {
    further = await FurtherStore.withCredential(`watch:${PASSWORD}`);
    const rendered = variant('also', {
      environment: 'dev',
      agent: {
        type: 'collector',
        batchSize: '64KB',
        also: [
          {
            name: 'archive',
            url: further.url,
            user: 'watch',
            privateCa: true,
            queueSize: `${QUEUE / 1024}KB`,
            egress: [{ cidr: '127.0.0.1/32', port: further.port }],
          },
        ],
      },
    });
    path = new LogPath(rendered, 'agent-also', {
      'agent.also.archive.password': PASSWORD,
      'agent.also.archive.ca': further.ca,
    });
    await path.start();
    await further.start(rendered);
    write(KINDS);
    collector = await path.startCollector([POD]);
  }, BUILD_TIMEOUT);
  afterAll(async () => {
    await path.stop();
    await further.stop();
  });

  it('both have every record: the same line, time, labels and metadata, redacted, and without what drop rules leave out', async () => {
    await arrives(inLoki, '', KINDS.length - 1);
    await arrives(inFurther, '', KINDS.length - 1);
    const [own, others] = [sorted(await inLoki('')), sorted(await inFurther(''))];
    expect(others).toEqual(own);
    expect(others.join('\n')).not.toContain(SECRET);
    expect(others.join('\n')).not.toContain('kube-probe');
  });

  it('the password is in a file of its own, and not in the config', () => {
    expect(readFileSync(join(path.folder, 'also', 'archive_password'), 'utf8')).toBe(PASSWORD);
    expect(readFileSync(join(path.folder, 'collector.yaml'), 'utf8')).not.toContain(PASSWORD);
  });

  it('when it refuses for a time, then Loki has everything at once, and it has everything once it takes records again', async () => {
    further.refusesWith = 503;
    write(numbered('refused', 50));
    await arrives(inLoki, 'refused', 50);
    expect(await inFurther('refused')).toEqual([]);
    further.refusesWith = undefined;
    await arrives(inFurther, 'refused', 50);
  });

  it('when it is away, and the Collector is killed meanwhile, then it has everything once it is back', async () => {
    await further.goes();
    write(numbered('away', 50));
    await arrives(inLoki, 'away', 50);
    await collector.stop('SIGKILL');
    collector = await path.startCollector([POD]);
    await further.comes();
    await arrives(inFurther, 'away', 50);
  });

  it('when it is away for longer than its queue lasts, then Loki has each line once, and it gets what fitted; the rest is counted', async () => {
    await further.goes();
    const sent = await counted('sent', LOKI_EXPORTER);
    write(numbered('long', TOO_MANY));
    await arrives(inLoki, 'long', TOO_MANY);
    // Had the error come back to where lines are read, they would be sent again now.
    await sleep(5_000);
    expect((await counted('sent', LOKI_EXPORTER)) - sent).toBe(TOO_MANY);
    const dropped = await counted('enqueue_failed', FURTHER);
    expect(dropped).toBeGreaterThan(TOO_MANY / 2);
    expect(dropped).toBeLessThan(TOO_MANY);
    await further.comes();
    await arrives(inFurther, 'long', TOO_MANY - dropped);
    expect((await inFurther('long')).some(({ line }) => line.startsWith('long n=0 '))).toBe(true);
  });

  it('when it refuses for good, then these records alone are lost there, and counted', async () => {
    further.refusesWith = 400;
    write(numbered('unwanted', 10));
    await arrives(inLoki, 'unwanted', 10);
    await until('them to be counted', async () => {
      const lost = await counted('send_failed', FURTHER);
      return lost === 10 ? undefined : `${lost} are`;
    });
    further.refusesWith = undefined;
    write(numbered('wanted', 10));
    await arrives(inFurther, ' n=9 ', 4); // of each time but that one, and none of the long time
    expect(await inFurther('unwanted')).toEqual([]);
    expect(await counted('send_failed', LOKI_EXPORTER)).toBe(0);
  });

  it('pushes to it and to the gateway are told apart by their hosts', async () => {
    const pushes = parseMetrics(await collector.metrics()).filter(
      ({ name }) => name === 'spywatcher_logs_push_duration_seconds_count',
    );
    expect([...new Set(pushes.map(({ labels }) => labels['server_address']))].sort()).toEqual([
      '127.0.0.1',
      'localhost',
    ]);
  });
});
