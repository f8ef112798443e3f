/** The rules of stack prod, on a ring of three Lokis. */
import { stackLogRules } from '../../src/alerts';
import { type LokiRing, lokiRing } from '../support/loki-ring';
import { BUILD_TIMEOUT, programs, say, until } from '../../programs/program';
import { stack } from '../../programs/rendered-stack';

interface RulesAnswer {
  readonly data: { readonly groups: readonly { readonly rules: readonly { readonly name: string }[] }[] };
}

const rendered = stack('prod');
let ring: LokiRing;
beforeAll(async () => {
  const { loki } = await programs('loki');
  ring = lokiRing({ loki, rendered, network: '127.82.0', tenant: 'spywatcher' });
  say('starting three Lokis');
  await Promise.all(ring.members.map(ring.start));
}, BUILD_TIMEOUT);
afterAll(() => ring.end());

test('every rule is evaluated by one of them, and each of them tells of all', async () => {
  const names = stackLogRules(rendered.config)
    .map(({ name }) => name)
    .toSorted();
  const told = await Promise.all(
    ring.members.map(async (member) => {
      let found: readonly string[] = [];
      await until(
        `the rules of ${member.name}`,
        async () => {
          const { status, text } = await ring.ask(member, { path: '/prometheus/api/v1/rules' });
          if (status !== 200) return `${status} ${text}`;
          const { groups } = (JSON.parse(text) as RulesAnswer).data;
          found = groups.flatMap(({ rules }) => rules.map(({ name }) => name)).toSorted();
          // While the ring is young, two may think that a group is theirs.
          return found.length === names.length ? undefined : `${found.length} of ${names.length}`;
        },
        { seconds: 90 },
      );
      return found;
    }),
  );
  expect(told).toEqual(ring.members.map(() => names));
}, 120_000);
