/**
 * Given a ring of Lokis as the community's chart makes it, on a bucket, with lines of several days, while lines are written and queries
 * asked all the time; when its values are imported, the stack's ring joins it, and its members leave one after the other, then no push is
 * refused, no query fails, every answer about the past is the same, and every line is there once. Rules go on.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { BUILD_TIMEOUT, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { send } from '../../programs/request';
import { type ChartRing, chartRingValues, startChartLoki, startChartRing } from '../support/chart-loki';
import { activeIn, type LokiRing, lokiRing } from '../support/loki-ring';
import { liveNumbers, movedStack, Past, type Target, Writer } from '../support/moving';
import { KEY, type S3Server, lokiAndS3 } from '../support/s3';

const BUCKET = 'ring';
const folder = temporaryFolder('move-ring');

let loki: string;
let s3: S3Server;
let chart: ChartRing | undefined;
let ring: LokiRing | undefined;
let writer: Writer | undefined;
let reader: Reader | undefined;

beforeAll(async () => ({ loki, s3 } = await lokiAndS3(BUCKET)), BUILD_TIMEOUT);
afterAll(async () => {
  await writer?.end();
  await reader?.end();
  await ring?.end();
  if (chart !== undefined) await Promise.all([...chart.write, chart.read, chart.backend].map((one) => one.stop()));
  await s3.stop();
  removeFolder(folder);
});

/** Asks for the past again and again, and keeps what is not as expected. */
class Reader {
  private running = true;
  private asking: Promise<unknown> = Promise.resolve();
  private readonly done: Promise<void>;
  asked = 0;
  readonly wrong: string[] = [];

  constructor(
    private readonly past: Past,
    private readonly expected: readonly string[],
    private next: () => Target,
  ) {
    this.done = this.read();
  }

  /** Resolves when nothing is asked any more where it was asked before. */
  async moveTo(next: () => Target): Promise<void> {
    this.next = next;
    await this.asking;
  }

  async end(): Promise<void> {
    this.running = false;
    await this.done;
  }

  private async read(): Promise<void> {
    const expected = JSON.stringify(this.expected);
    while (this.running) {
      const target = this.next();
      const asking = this.past.answers(target).then(JSON.stringify, String);
      this.asking = asking;
      const answer = await asking;
      this.asked += 1;
      if (answer !== expected) this.wrong.push(`${target.host ?? ''}: ${answer.slice(0, 500)}`);
      await sleep(200);
    }
  }
}

/** In turns. */
function inTurns<T>(list: () => readonly T[]): () => T {
  let count = 0;
  return () => {
    const all = list();
    const one = all[(count += 1) % all.length];
    if (one === undefined) throw new Error('nobody is there');
    return one;
  };
}

/** Groups of rules that have been evaluated. */
async function evaluated(target: Target): Promise<readonly string[]> {
  const { text } = await send({ ...target, path: '/prometheus/api/v1/rules', headers: { 'X-Scope-OrgID': 'fake' } });
  const { data } = JSON.parse(text) as {
    readonly data: { readonly groups: readonly { readonly name: string; readonly lastEvaluation: string }[] };
  };
  return data.groups.filter(({ lastEvaluation }) => !lastEvaluation.startsWith('0001')).map(({ name }) => name);
}

test('then nobody notices', async () => {
  const store = { endpoint: s3.endpoint, bucket: BUCKET, key: KEY };
  const past = new Past(Date.now());
  // A member of a ring keeps the index of its chunks for a quarter of an hour. A Loki that ends writes it at once.
  const first = await startChartLoki(loki, store, {
    folder: join(folder, 'first'),
    volume: join(folder, 'first', 'data'),
  });
  await past.write(first);
  await first.stop();
  const old = await startChartRing(loki, store, { folder: join(folder, 'old'), network: '127.97.0' });
  chart = old;
  const live = new Writer(inTurns(() => old.write));
  writer = live;
  await until('the chart’s Loki to answer', async () => {
    const told = await past.answers(old.read);
    return told.length > past.lines ? undefined : `${told.length} answers`;
  });
  const before = await past.answers(old.read);
  const asking = new Reader(past, before, () => old.read);
  reader = asking;

  const values = { 'values.yaml': chartRingValues(store) };
  const deployment = { mode: 'ha', replicas: 3, replicationFactor: 3, clusterLabel: 'accepted' } as const;
  // Nobody here waits for the usual minute.
  const alerting = { interval: '5s' };
  const joining = movedStack(values, { deployment: { ...deployment, joins: { namespace: 'loki' } }, alerting });
  const moved = lokiRing({
    ...{ loki, rendered: joining, network: '127.98.0', tenant: 'fake', s3: s3.env },
    strangers: old.write.map(({ host }) => host),
  });
  ring = moved;
  say('the stack’s Lokis join the chart’s');
  await Promise.all(moved.members.map(moved.start));
  const stackHosts = moved.members.map(({ address }) => address);
  const everyone = [...old.write.map(({ host }) => host), ...stackHosts].toSorted();
  for (const host of everyone)
    await until(`one ring, as ${host} sees it`, async () => {
      const seen = await activeIn(host);
      return JSON.stringify(seen) === JSON.stringify(everyone) ? undefined : seen.join(', ');
    });

  say('writers and readers go to the stack’s');
  let away: string | undefined;
  const stack = inTurns(() => stackHosts.filter((host) => host !== away).map((host) => ({ host, port: 3100 })));
  await Promise.all([live.moveTo(stack), asking.moveTo(stack)]);
  const groups = new Set(
    joining.objects
      .filter(({ kind, metadata }) => kind === 'ConfigMap' && /^loki-rules/.test(metadata.name))
      .flatMap((object) => Object.values((object as { readonly data?: Readonly<Record<string, string>> }).data ?? {}))
      .flatMap((text) => (parse(text) as { readonly groups: readonly { readonly name: string }[] }).groups)
      .map(({ name }) => name),
  );
  expect(groups.size).toBeGreaterThan(0);
  // The chart's ruler has other rules. What was given to it, nobody would evaluate.
  expect(await activeIn(old.backend.host, '/ruler/ring')).toEqual([old.backend.host]);
  expect(await activeIn(stack().host, '/ruler/ring')).toEqual([...stackHosts].toSorted());
  await until(
    'every group of rules to be evaluated',
    async () => {
      const done = new Set(await evaluated(stack()));
      const left = [...groups].filter((name) => !done.has(name));
      return left.length === 0 ? undefined : left.join(', ');
    },
    { seconds: 120 },
  );

  say('the chart’s Lokis leave, one after the other');
  for (const pod of [old.read, ...old.write, old.backend]) await pod.stop();
  await sleep(3000);
  for (const host of stackHosts)
    await until(`the chart’s to be gone, as ${host} sees it`, async () => {
      const seen = await activeIn(host);
      return JSON.stringify(seen) === JSON.stringify([...stackHosts].toSorted()) ? undefined : seen.join(', ');
    });

  say('joins is taken out again');
  moved.reconfigure(movedStack(values, { deployment, alerting }));
  for (const member of moved.members) {
    away = member.address;
    await moved.stop(member);
    await moved.start(member);
    away = undefined;
  }
  await live.end();
  await asking.end();
  say(`${live.written} lines were written, and the past was asked for ${asking.asked} times`);
  expect({ refused: live.refused, wrong: asking.wrong }).toEqual({ refused: [], wrong: [] });
  for (const host of stackHosts)
    expect(await liveNumbers({ host, port: 3100 }, live)).toEqual(
      Array.from({ length: live.written }, (_, index) => index + 1),
    );
}, 600_000);
