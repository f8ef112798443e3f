/** `agent.since`: an agent that takes over from the other one leaves out what that one has read. With both real agents. */
import { LogPath } from '../support/log-path';
import { BUILD_TIMEOUT, until } from '../../programs/program';
import { type Container, cri, iso } from '../../programs/pod-logs';
import { variant } from '../../programs/rendered-stack';

const SECOND = 1_000_000_000n;
/** To the second, some minutes ago. */
const SINCE = (BigInt(Date.now()) / 1000n - 300n) * SECOND;
const BEFORE = [SINCE - 60n * SECOND, SINCE - SECOND, SINCE - 1n];
const AFTER = [SINCE, SINCE + 1n, SINCE + SECOND, SINCE + 60n * SECOND];

const POD: Container = { namespace: 'shop', pod: 'backend-1', container: 'backend', labels: { app: 'backend' } };
const rendered = variant('since', {
  environment: 'dev',
  agent: { since: `${iso(SINCE).slice(0, 19)}Z`, drop: [] },
});

/** Lines that say nothing of their own time, and JSON whose own time says otherwise: it is the runtime's that counts. */
const plain = (time: bigint): string => `plain line of ${time - SINCE}`;
const withOwnTime = (time: bigint): string =>
  JSON.stringify({ timestamp: iso(2n * SINCE - time), level: 'info', message: `own time of ${time - SINCE}` });
/** The same moment, as a node with another time zone writes it. */
const inZone = (time: bigint, text: string): string =>
  cri(time + 7200n * SECOND, text).replace('Z stdout', '+02:00 stdout');

describe.each(['Promtail', 'Collector'] as const)('given a moment to read from, %s', (agent) => {
  const path = new LogPath(rendered, `since-${agent.toLowerCase()}`);
  beforeAll(async () => {
    await path.start();
    path.logs.append(
      POD,
      [...BEFORE, ...AFTER].flatMap((time) => [
        cri(time, plain(time)),
        cri(time, withOwnTime(time)),
        inZone(time, `other zone, ${time - SINCE}`),
      ]),
    );
    await path[`start${agent}`]([POD]);
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  it('leaves out what the runtime wrote before, and nothing else', async () => {
    const expected = AFTER.flatMap((time) => [plain(time), withOwnTime(time), `other zone, ${time - SINCE}`]).sort();
    const range = { from: Number(SINCE / 1_000_000n) - 3_600_000, to: Date.now() + 3_600_000 };
    let found: readonly string[] = [];
    await until('the lines since then', async () => {
      found = (await path.query('{app="backend"}', range)).map(({ line }) => line).sort();
      return found.length >= expected.length ? undefined : `${found.length} of ${expected.length} lines`;
    });
    expect(found).toEqual(expected);
  });
});
