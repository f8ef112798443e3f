/** Three Lokis that know zones: the copies of a line are in different ones, and where there is one, it is refused. */
import { type LokiRing, lokiRing, linesAt, pushOf } from '../support/loki-ring';
import { BUILD_TIMEOUT, programs, say } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { HA } from '../support/config';

const zoneAware = variant('zones', {
  environment: 'dev',
  ...HA,
  deployment: { ...HA.deployment, zoneAware: true },
});
let loki: string;
let ring: LokiRing | undefined;

beforeAll(async () => ({ loki } = await programs('loki')), BUILD_TIMEOUT);
afterEach(() => ring?.end());

/** A ring whose nodes are in these zones. */
async function startRing(...zones: readonly string[]): Promise<LokiRing> {
  say(`starting three Lokis in zones ${zones.join(', ')}`);
  const started = lokiRing({ loki, rendered: zoneAware, network: '127.81.0', tenant: 'spywatcher', zones });
  ring = started;
  await Promise.all(started.members.map(started.start));
  return started;
}

test('given three zones, then each member is in its own, and with one zone gone lines are taken and found', async () => {
  const started = await startRing('a', 'b', 'c');
  const [first, second, third] = started.members;
  if (first === undefined || second === undefined || third === undefined) throw new Error('there are not three');
  const { text } = await started.ask(first, { path: '/ring', headers: { Accept: 'application/json' } });
  const { shards } = JSON.parse(text) as { readonly shards: readonly { readonly id: string; readonly zone: string }[] };
  expect(shards.map(({ id, zone }) => `${id} ${zone}`).toSorted()).toEqual(['loki-0 a', 'loki-1 b', 'loki-2 c']);
  await started.stop(third, 'SIGKILL');
  expect((await started.ask(first, pushOf('one zone is gone'))).status).toBe(204);
  expect(await linesAt(started, second)).toEqual(['one zone is gone']);
}, 120_000);

test('given one zone for all, then pushes are refused: the scheduler is told not to let it come to that', async () => {
  const started = await startRing('a', 'a', 'a');
  const [first] = started.members;
  if (first === undefined) throw new Error('there is none');
  const { status, text } = await started.ask(first, pushOf('line'));
  expect({ status, text }).toEqual({
    status: 500,
    text: expect.stringContaining('at least 2 live replicas') as string,
  });
}, 120_000);
