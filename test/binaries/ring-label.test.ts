/** The label of a ring: rings with different ones never become one, and a ring that runs without gets one unnoticed. */
import type { StackConfigInput } from '../../src/config';
import { type LokiRing, lokiRing, type Member, membersSeen } from '../support/loki-ring';
import { rollRing, UNNOTICED } from '../support/ring-roll';
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
  const seen = await membersSeen(firstOf(ring).address);
  return seen.map(({ address }) => address).toSorted();
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

test('given a ring that runs without a label, none of the three steps loses a push', async () => {
  // Each from the state before it, so that they need not wait for one another.
  const rolls = await Promise.all(
    STEPS.map(([from, to], index) => rollRing({ loki, from, to, network: `127.${93 + index}.0` })),
  );
  expect(rolls).toEqual(STEPS.map(() => UNNOTICED));
}, 1_200_000);
