/**
 * The Collector is killed at random moments while two pods write numbered lines, and their files are rotated. It notes what it has
 * read once it is on the queue, which is on disk: no line of JSON is lost. A record of text waits in memory for its next line, so a kill
 * loses the newest one of each file. What was sent, and not yet noted as sent, is sent again.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { POD_LABELS } from '../../src/log-model';
import { type RunningCollector, startCollector } from '../../programs/collector';
import { nanoseconds } from '../../programs/loki';
import { type Container, cri, PodLogs } from '../../programs/pod-logs';
import { BUILD_TIMEOUT, programs, removeFolder, temporaryFolder, until } from '../../programs/program';
import { secretValues, stack } from '../../programs/rendered-stack';
import { CountingGateway } from '../support/counting-gateway';

const KILLS = process.env['SOAK'] === undefined ? 5 : 20;
/** Of these kills, those after which the files are rotated before the next agent starts. */
const ROTATED_AFTER = [1, 3];
/** Lines a second of each pod. */
const RATE = 500;
/** Seconds before a kill whose lines may come twice: those of one look at the files, and of one push. */
const DOUBLED_SECONDS = 5;

const KINDS = ['json', 'text'] as const;
type Kind = (typeof KINDS)[number];

const pod = (name: string): Container => ({
  namespace: 'apps',
  pod: name,
  container: 'main',
  labels: { [POD_LABELS.app]: name },
});
const targets = { json: pod('json'), text: pod('text') } as const satisfies Record<Kind, Container>;

const gateway = new CountingGateway();
/** The newest number that has come. */
const newest = (kind: Kind): number =>
  [...gateway.came(kind).keys()].reduce((most, number) => Math.max(most, number), 0);

const folder = temporaryFolder('agent-kill');
const logs = new PodLogs(join(folder, 'pods'));
/** The last number. */
let written = 0;

function write(lines: number): void {
  const numbers = Array.from({ length: lines }, () => (written += 1));
  const padding = 'x'.repeat(150);
  const text = (kind: Kind, number: number): string =>
    kind === 'json' ? `{"level":"info","message":"json=${number}; ${padding}"}` : `text=${number}; ${padding}`;
  for (const kind of KINDS)
    logs.append(targets[kind], [numbers.map((number) => cri(nanoseconds(), text(kind, number))).join('\n')]);
}

async function writeFor(milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    write(RATE / 50);
    await sleep(20);
  }
}

/** The last number before each kill. */
const killedAt: number[] = [];
let agent: RunningCollector;

beforeAll(async () => {
  await gateway.start();
  const { otelcol } = await programs('otelcol');
  const rendered = stack('staging');
  const values = secretValues(rendered);
  const start = async (): Promise<void> => {
    agent = await startCollector(otelcol, rendered, {
      folder,
      logs,
      targets: Object.values(targets),
      values,
      gatewayPort: gateway.port,
    });
  };
  /** What was written has come, but for what waits for its next line. */
  const caughtUp = (): Promise<void> =>
    until(
      `line ${written}`,
      () =>
        newest('json') < written || newest('text') < written - 1 ? `${newest('json')}, ${newest('text')}` : undefined,
      { program: agent, seconds: 60 },
    );
  write(RATE);
  await start();
  for (let kill = 0; kill < KILLS; kill += 1) {
    await caughtUp();
    await writeFor(500 + Math.random() * 1000);
    killedAt.push(written);
    await agent.stop('SIGKILL');
    if (ROTATED_AFTER.includes(kill)) {
      write(RATE);
      for (const target of Object.values(targets)) logs.rotate(target);
      write(RATE);
    }
    await start();
  }
  await caughtUp();
  await until('the last line of text', () => (newest('text') < written ? 'it waits for its next line' : undefined));
}, BUILD_TIMEOUT);
afterAll(async () => {
  await agent.stop();
  await gateway.stop();
  removeFolder(folder);
});

const lost = (kind: Kind): readonly number[] => gateway.missing(kind, written);

test('given JSON, then nothing is lost', () => {
  expect(lost('json')).toEqual([]);
});

test('given text, then a kill loses at most the record of each file that waited for its next line', () => {
  const ofKill = Map.groupBy(lost('text'), (number) => killedAt.findIndex((last) => number <= last));
  const filesOf = (kill: number): number => (ROTATED_AFTER.includes(kill - 1) ? 2 : 1);
  expect([...ofKill].filter(([kill, numbers]) => kill < 0 || numbers.length > filesOf(kill))).toEqual([]);
});

test.each(KINDS)('what of %s comes twice was written shortly before a kill', (kind) => {
  const doubled = [...gateway.came(kind)].filter(([, times]) => times > 1).map(([number]) => number);
  const isExplained = (number: number): boolean =>
    killedAt.some((last) => number <= last && number > last - DOUBLED_SECONDS * RATE);
  expect(doubled.filter((number) => !isExplained(number))).toEqual([]);
});
