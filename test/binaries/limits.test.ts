/**
 * What the real Loki refuses with a stack's rendered limits, by the reasons that it counts, and that the real Promtail loses
 * nothing to a rate.
 */
import { join } from 'node:path';
import { POD_LABELS } from '../../src/log-model';
import { startGateway } from '../../programs/gateway';
import { entries, nanoseconds, type RunningLoki, startLoki } from '../../programs/loki';
import { countOf } from '../../programs/metric';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { startPromtail } from '../../programs/promtail';
import { type RenderedStack, secretValues, variant } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';

const HOUR = 3_600_000;
const MILLISECOND = 1_000_000n;

/** The sum of a counter's series that have all these labels. */
async function counter(port: number, name: string, labels: Readonly<Record<string, string>>): Promise<number> {
  return countOf((await send({ port, path: '/metrics' })).text, name, labels);
}

describe('a push that Loki refuses', () => {
  const rendered = variant('limits', {
    environment: 'dev',
    auth: { loki: { tenants: ['spywatcher', 'slow', 'narrow', 'few'].map(tenantOf) } },
    limits: {
      maxLineSize: '1KB',
      rejectOldSamplesAfter: '3d',
      tenants: {
        slow: { ingestionRate: '10KB', ingestionBurst: '20KB', perStreamRate: '10KB', perStreamBurst: '20KB' },
        narrow: { perStreamRate: '1KB', perStreamBurst: '2KB' },
        few: { maxStreams: 3 },
      },
    },
  });
  let loki: RunningLoki;
  beforeAll(async () => (loki = await startLoki((await programs('loki')).loki, rendered)), BUILD_TIMEOUT);
  afterAll(() => loki.stop());

  interface Stream {
    readonly stream: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [string, string, Readonly<Record<string, string>>?])[];
  }

  const push = (tenant: string, ...streams: readonly Stream[]): Promise<Response> =>
    send({ port: loki.port, path: '/loki/api/v1/push', body: { streams }, headers: { 'X-Scope-OrgID': tenant } });
  const discarded = (tenant: string, reason: string): Promise<number> =>
    counter(loki.port, 'loki_discarded_samples_total', { tenant, reason });
  const now = (line = 'x'): Stream['values'][number] => [String(nanoseconds()), line];
  const at = (milliseconds: number): Stream => ({
    stream: { job: 'clock' },
    values: [[String(BigInt(milliseconds) * MILLISECOND), 'x']],
  });
  const labelled = (stream: Stream['stream']): Stream => ({ stream, values: [now()] });
  const withMetadata = (metadata: Readonly<Record<string, string>>): Stream => ({
    stream: { job: 'metadata' },
    values: [[String(nanoseconds()), 'x', metadata]],
  });
  const many = (count: number, prefix = 'name'): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'v']));
  const long = (job: string): Stream => ({
    stream: { job },
    values: Array.from({ length: 25 }, () => now('x'.repeat(900))),
  });

  it.each<[reason: string, status: number, text: string, tenant: string, Stream]>([
    ['greater_than_max_sample_age', 400, 'timestamp too old', 'spywatcher', at(Date.now() - 73 * HOUR)],
    ['too_far_in_future', 400, 'timestamp too new', 'spywatcher', at(Date.now() + HOUR / 3)],
    ['missing_labels', 400, 'at least one label', 'spywatcher', labelled({})],
    ['max_label_names_per_series', 400, 'limit 15', 'spywatcher', labelled(many(16))],
    ['label_name_too_long', 400, 'label name too long', 'spywatcher', labelled({ ['l'.repeat(1025)]: 'v' })],
    ['label_value_too_long', 400, 'label value too long', 'spywatcher', labelled({ job: 'v'.repeat(2049) })],
    ['structured_metadata_too_large', 400, 'metadata', 'spywatcher', withMetadata({ userAgent: 'v'.repeat(1025) })],
    ['structured_metadata_too_many', 400, 'metadata', 'spywatcher', withMetadata(many(129, 'm'))],
    ['rate_limited', 429, 'ingestion rate limit exceeded', 'slow', long('much')],
    ['per_stream_rate_limit', 429, 'Per stream rate limit exceeded', 'narrow', long('much')],
  ])('for %s is answered with %i, and counted', async (reason, status, text, tenant, stream) => {
    expect(await discarded(tenant, reason)).toBe(0);
    expect(await push(tenant, stream)).toMatchObject({ status, text: expect.stringContaining(text) as string });
    expect(await discarded(tenant, reason)).toBeGreaterThan(0);
  });

  it('for stream_limit is answered with 429, and counted', async () => {
    for (const job of ['one', 'two', 'three']) expect((await push('few', labelled({ job }))).status).toBe(204);
    const before = await discarded('few', 'stream_limit');
    expect(await push('few', labelled({ job: 'four' }))).toMatchObject({
      status: 429,
      text: expect.stringContaining('maximum active stream limit exceeded') as string,
    });
    expect(await discarded('few', 'stream_limit')).toBe(before + 1);
  });

  describe('only in part, because the limit is one of a stream', () => {
    const [known, unknown] = [() => labelled({ job: 'one' }), (name: string) => labelled({ job: name })];

    it('is answered with 429 where the last stream is refused, and the others are there', async () => {
      expect((await push('few', known(), unknown('five'))).status).toBe(429);
      expect((await entries(loki.port, 'few', '{job="one"}')).length).toBeGreaterThan(0);
    });

    it('is answered as if all were well where the last stream is taken: only the counter knows', async () => {
      const before = await discarded('few', 'stream_limit');
      expect((await push('few', unknown('six'), known())).status).toBe(204);
      expect(await entries(loki.port, 'few', '{job="six"}')).toEqual([]);
      expect(await discarded('few', 'stream_limit')).toBe(before + 1);
    });

    it('so it is for the rate of a stream', async () => {
      const before = await discarded('narrow', 'per_stream_rate_limit');
      expect((await push('narrow', long('six'), labelled({ job: 'small' }))).status).toBe(204);
      expect(await discarded('narrow', 'per_stream_rate_limit')).toBeGreaterThan(before);
    });
  });

  it('never is one for a long line: that is cut, and counted as such', async () => {
    const { status } = await push('spywatcher', { stream: { job: 'long' }, values: [now('x'.repeat(2000))] });
    expect(status).toBe(204);
    const [entry] = await entries(loki.port, 'spywatcher', '{job="long"}');
    expect(entry?.line).toHaveLength(1024);
    expect(await counter(loki.port, 'loki_mutated_samples_total', { reason: 'line_too_long' })).toBe(1);
    expect(await discarded('spywatcher', 'line_too_long')).toBe(0);
  });

  it('for its rate leaves nothing behind: to send it again stores no line twice', async () => {
    expect((await push('slow', long('again'))).status).toBe(429);
    expect(await entries(loki.port, 'slow', '{job="again"}')).toEqual([]);
  });
});

describe('a real agent that reads faster than its tenant may write', () => {
  const LINES = 1500;
  const rendered: RenderedStack = variant('slow agent', {
    environment: 'dev',
    auth: { loki: { enabled: true, tenants: [tenantOf('spywatcher')] } },
    agent: { batchSize: '16KB' },
    limits: {
      ingestionRate: '32KB',
      ingestionBurst: '32KB',
      perStreamRate: '32KB',
      perStreamBurst: '32KB',
    },
  });
  const folder = temporaryFolder('limits');
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    removeFolder(folder);
  });

  it('loses no line: what is answered with 429 is sent again until it is taken', async () => {
    const tools = await programs('loki', 'promtail');
    const values = secretValues(rendered);
    const loki = await startLoki(tools.loki, rendered);
    stops.push(() => loki.stop());
    const gateway = await startGateway(rendered, values, loki.port);
    stops.push(gateway.stop);
    const logs = new PodLogs(join(folder, 'pods'));
    const pods = ['first', 'second'].map((name): Container => ({
      namespace: 'fast',
      pod: name,
      container: 'main',
      labels: { [POD_LABELS.app]: name },
    }));
    for (const pod of pods)
      logs.append(
        pod,
        Array.from({ length: LINES / 2 }, (_, index) => cri(nanoseconds(), `${pod.pod} ${index} ${'x'.repeat(90)}`)),
      );
    const promtail = await startPromtail(tools.promtail, rendered, {
      folder,
      logs,
      targets: pods,
      values,
      gatewayPort: gateway.port,
    });
    stops.push(() => promtail.stop());

    await until(
      `${LINES} lines at 32 KB a second`,
      async () => {
        const { length } = await entries(loki.port, 'spywatcher', '{namespace="fast"}');
        return length === LINES ? undefined : `${length} are there`;
      },
      { seconds: 60 },
    );
    // It counts after Loki's answer.
    let metrics = '';
    const sum = (name: string): number => countOf(metrics, name);
    await until('Promtail to have counted them', async () => {
      metrics = await promtail.metrics();
      const sent = sum('promtail_sent_entries_total');
      return sent >= LINES ? undefined : `${sent} are counted`;
    });
    say(`${sum('promtail_batch_retries_total')} batches were sent again`);
    expect(await counter(loki.port, 'loki_discarded_samples_total', { reason: 'rate_limited' })).toBeGreaterThan(0);
    expect(sum('promtail_batch_retries_total')).toBeGreaterThan(0);
    expect(sum('promtail_dropped_entries_total')).toBe(0);
    expect(sum('promtail_sent_entries_total')).toBe(LINES);
  });
});

function tenantOf(name: string) {
  return name === 'spywatcher'
    ? { name, write: ['promtail'], read: ['grafana'] }
    : { name, write: [`${name}-writer`], read: [`${name}-reader`] };
}
