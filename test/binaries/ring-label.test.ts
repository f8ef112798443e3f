/** The label of a ring: rings with different ones never become one, and a ring that runs without gets one unnoticed. */
import type { StackConfigInput } from '../../src/config';
import { type LokiRing, lokiRing, type Member, linesAt, pushOf } from '../support/loki-ring';
import { BUILD_TIMEOUT, programs, until } from '../../programs/program';
import { mapStrings, type RenderedStack, variant } from '../../programs/rendered-stack';
import { HA, S3 } from '../support/config';

type Step = NonNullable<NonNullable<StackConfigInput['deployment']>['clusterLabel']>;

let loki: string;
beforeAll(async () => {
  ({ loki } = await programs('loki'));
}, BUILD_TIMEOUT);

const ringStack = (clusterLabel: Step, bucket = 'one'): RenderedStack =>
  variant(`ring of ${bucket}`, {
    environment: 'staging',
    deployment: { ...HA.deployment, clusterLabel },
    storage: { ...S3, bucket: `bucket-${bucket}` },
  });

/** As the ring was before there were labels. */
const unlabelled = (): RenderedStack => {
  const rendered = ringStack('accepted');
  const withoutLabel = (text: string): string => text.replace(/^ *cluster_label.*\n/m, '');
  return { ...rendered, objects: mapStrings(rendered.objects, withoutLabel) as RenderedStack['objects'] };
};

function firstOf({ members }: LokiRing): Member {
  const [first] = members;
  if (first === undefined) throw new Error('a ring without members');
  return first;
}

/** Addresses of all that a member takes for members of its ring. */
async function seenBy(ring: LokiRing): Promise<readonly string[]> {
  const { text } = await ring.ask(firstOf(ring), { path: '/ring', headers: { accept: 'application/json' } });
  const { shards } = JSON.parse(text) as { readonly shards: readonly { readonly address: string }[] };
  return shards.map(({ address }) => address.replace(/:\d+$/, '')).toSorted();
}

describe('given a Loki that tries to join the ring of another stack', () => {
  const rings: LokiRing[] = [];
  afterEach(async () => {
    await Promise.all(rings.splice(0).map((ring) => ring.end()));
  });

  async function meet(step: Step): Promise<readonly [LokiRing, LokiRing]> {
    const one = lokiRing({ loki, rendered: ringStack(step), network: '127.91.0', tenant: 'spywatcher' });
    const other = lokiRing({
      loki,
      rendered: ringStack(step, 'two'),
      network: '127.92.0',
      tenant: 'spywatcher',
      strangers: [firstOf(one).address],
    });
    rings.push(one, other);
    await one.start(firstOf(one));
    await other.start(firstOf(other));
    return [one, other];
  }

  test('with labels that are demanded, it is refused, and each ring stays what it is', async () => {
    const [one, other] = await meet('demanded');
    await until('the refusal', () => (/label/.test(one.output(firstOf(one))) ? undefined : 'nothing said of a label'), {
      seconds: 60,
    });
    expect(await seenBy(one)).toEqual([firstOf(one).address]);
    expect(await seenBy(other)).toEqual([firstOf(other).address]);
  }, 240_000);

  test('with labels that are not, its pod takes the place of the one with its name: it is the label that keeps them apart', async () => {
    const [one, other] = await meet('sent');
    await until('one ring', async () => {
      const seen = await seenBy(one);
      return seen.includes(firstOf(other).address) ? undefined : `it has ${seen.join(', ')}`;
    });
  }, 240_000);
});

/** The ring without a label, and each step that it goes through. */
const STEPS: readonly (readonly [from: RenderedStack, to: RenderedStack])[] = [
  [unlabelled(), ringStack('accepted')],
  [ringStack('accepted'), ringStack('sent')],
  [ringStack('sent'), ringStack('demanded')],
];

/** Replaces the members of a ring, one after the other, under pushes; what was refused, and whether every member has every line. */
async function roll(from: RenderedStack, to: RenderedStack, network: `127.${number}.${number}`) {
  const ring = lokiRing({ loki, rendered: from, network, tenant: 'spywatcher' });
  let away: Member | undefined;
  let going = true;
  const lines: string[] = [];
  const refused: string[] = [];
  const pushing = async (): Promise<void> => {
    for (let count = 0; going; count += 1) {
      // As the gateway does: not to one that says that it is going.
      const there = ring.members.filter((member) => member !== away);
      const pushedTo = there[count % there.length];
      if (pushedTo === undefined) throw new Error('nobody is there');
      const line = `line ${String(count).padStart(5, '0')}`;
      const { status, text } = await ring.ask(pushedTo, pushOf(line));
      if (status === 204) lines.push(line);
      else refused.push(`${line} at ${pushedTo.name}, ${away?.name ?? 'nobody'} away: ${status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  try {
    await Promise.all(ring.members.map(ring.start));
    const pushed = pushing();
    ring.reconfigure(to);
    for (const member of ring.members) {
      away = member;
      await ring.stop(member);
      await ring.start(member);
      away = undefined;
    }
    going = false;
    await pushed;
    return {
      refused,
      isLong: lines.length > 100,
      missing: await Promise.all(
        ring.members.map(async (member) => {
          const held = new Set(await linesAt(ring, member));
          return lines.filter((line) => !held.has(line));
        }),
      ),
      panics: ring.members.filter((member) => /panic/.test(ring.output(member))).map(({ name }) => name),
    };
  } finally {
    going = false;
    await ring.end();
  }
}

test('given a ring that runs without a label, none of the three steps loses a push', async () => {
  // Each from the state before it, so that they need not wait for one another.
  const rolls = await Promise.all(STEPS.map(([from, to], index) => roll(from, to, `127.${93 + index}.0`)));
  expect(rolls).toEqual(STEPS.map(() => ({ refused: [], isLong: true, missing: [[], [], []], panics: [] })));
}, 1_200_000);
