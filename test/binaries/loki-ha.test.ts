/** A ring of three Lokis and their compactor, with the config of stack prod. */
import { type LokiRing, lokiRing, type Member, pushOf } from '../support/loki-ring';
import { entriesOf, queryRequest } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, say, until } from '../../programs/program';
import { stack } from '../../programs/rendered-stack';

const PERSON = '281474976710656001';
const SOMEBODY = '281474976710656002';

let ring: LokiRing;

const member = (index: number): Member => {
  const found = ring.members[index];
  if (found === undefined) throw new Error(`no member ${index}`);
  return found;
};

async function push(to: Member, person: string, message: string): Promise<number> {
  return (await ring.ask(to, pushOf(JSON.stringify({ userId: person, message })))).status;
}

const messagesOf = async (of: Member): Promise<readonly string[]> =>
  entriesOf(await ring.ask(of, queryRequest('{job="backend"}')))
    .map(({ line }) => (JSON.parse(line) as { readonly message: string }).message)
    .toSorted();

const eraser = (parameters: string, method: string) =>
  ring.ask(ring.compactor, { method, path: `/loki/api/v1/delete${parameters}` });

beforeAll(async () => {
  const { loki } = await programs('loki');
  ring = lokiRing({ loki, rendered: stack('prod'), network: '127.77.0', tenant: 'spywatcher' });
  say('starting three Lokis and a compactor');
  await Promise.all([...ring.members, ring.compactor].map(ring.start));
}, BUILD_TIMEOUT);
afterAll(() => ring.end());

test('what one takes, all of them have', async () => {
  expect(await push(member(0), PERSON, 'a')).toBe(204);
  expect(await push(member(1), SOMEBODY, 'b')).toBe(204);
  for (const each of ring.members) expect(await messagesOf(each)).toEqual(['a', 'b']);
});

test('with one of them dead, the others go on taking and answering', async () => {
  await ring.stop(member(2), 'SIGKILL');
  expect(await push(member(0), SOMEBODY, 'c')).toBe(204);
  expect(await messagesOf(member(1))).toEqual(['a', 'b', 'c']);
  await ring.start(member(2));
}, 120_000);

test('replaced one after the other, they lose nothing, and the bucket has it all', async () => {
  for (const each of ring.members) {
    say(`restarting ${each.name}`);
    await ring.stop(each);
    await ring.start(each);
  }
  for (const each of ring.members) expect(await messagesOf(each)).toEqual(['a', 'b', 'c']);
}, 300_000);

test('one compacts, and it is the compactor', () => {
  expect(ring.output(ring.compactor)).toContain('compactor started');
  for (const each of ring.members) expect(ring.output(each)).not.toMatch(/compactor started|compacting table/);
});

test('what is erased at the compactor is gone from the bucket, and nothing else', async () => {
  const query = `{job="backend"} | json userId="userId" | userId="${PERSON}"`;
  const parameters = new URLSearchParams({ query, start: String(Math.floor(Date.now() / 1000) - 7200) });
  const { status } = await eraser(`?${parameters.toString()}`, 'POST');
  expect(status).toBe(204);
  await until(
    'the compactor, which begins a minute after the time to take a request back',
    async () => {
      const { text } = await eraser('', 'GET');
      const [request] = JSON.parse(text) as readonly { readonly status: string }[];
      return request?.status === 'processed' ? undefined : `the request is ${request?.status ?? 'not there'}`;
    },
    { seconds: 150 },
  );
  // For some minutes each Loki goes on knowing what it had itself. What counts is what is left without.
  await Promise.all(
    ring.members.map(async (each) => {
      await ring.stop(each, 'SIGKILL');
      ring.forget(each);
      await ring.start(each);
    }),
  );
  for (const each of ring.members) expect(await messagesOf(each)).toEqual(['b', 'c']);
}, 300_000);
