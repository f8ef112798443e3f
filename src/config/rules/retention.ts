import { formatPath, type Problem } from '../problem';
import type { StackConfig } from '../schema';
import { type Duration, formatDuration } from '../units';
import { contains, matchersOf, mayOverlap } from '../selector';
import { problem, type Rule, when } from './rule';
import { LABELS_READ, lokiSelector } from './selector';

const HOUR = 3_600_000;
/** Loki's readers may use a replaced index for 20 minutes: a 5-minute cache plus three polls of 5 minutes. */
const SAFE_DELETE_DELAY = HOUR / 3;

export const retentionRules: readonly Rule[] = [
  { reads: ['retention'], check: ({ retention }) => retentionPeriods(retention) },
  {
    reads: ['retention', ...LABELS_READ],
    check: (config) => scopes(config.retention).flatMap(([path, streams]) => streamRules(config, path, streams)),
  },
  {
    reads: ['retention.deleteDelay'],
    check: ({ retention: { deleteDelay } }) =>
      when(deleteDelay.milliseconds < SAFE_DELETE_DELAY, () =>
        problem(
          ['retention', 'deleteDelay'],
          formatDuration(deleteDelay),
          'at least 20m: so long queries may use an index that still names the chunk',
          'write 20m or more',
        ),
      ),
  },
  {
    reads: ['retention', 'auth.loki.tenants'],
    check: ({ retention, auth }) => {
      const names = auth.loki.tenants.map(({ name }) => name);
      return Object.keys(retention.tenants)
        .filter((name) => !names.includes(name))
        .map((name) =>
          problem(
            ['retention', 'tenants', name],
            name,
            `a tenant of auth.loki.tenants (${names.join(', ')})`,
            'add the tenant there, or remove its retention',
          ),
        );
    },
  },
];

type Streams = StackConfig['retention']['streams'];

/** Loki looks at each list of stream rules separately: the list of all tenants, and the lists of single tenants. */
function scopes({ streams, tenants }: StackConfig['retention']): readonly (readonly [readonly string[], Streams])[] {
  return [
    [['retention', 'streams'], streams],
    ...Object.entries(tenants).map(
      ([name, tenant]) => [['retention', 'tenants', name, 'streams'], tenant.streams] as const,
    ),
  ];
}

/** In one list, each selector can match, each rule wins somewhere, and a priority decides between two rules. */
function streamRules(config: StackConfig, path: readonly PropertyKey[], streams: Streams): readonly Problem[] {
  const named = (index: number): string => formatPath([...path, index]);
  return streams.flatMap(({ selector, priority }, index) => {
    const before = streams.findIndex((_, other) => shadows(streams, other, index));
    const rival = streams.findIndex((_, other) => other < index && isRival(streams, other, index));
    return [
      ...lokiSelector(config, [...path, index, 'selector'], selector),
      ...when(before >= 0, () =>
        problem(
          [...path, index],
          selector,
          `wins somewhere: ${named(before)} matches all of its streams and is preferred`,
          `give it a higher priority than ${streams[before]?.priority ?? 0}, or remove it`,
        ),
      ),
      ...when(before < 0 && rival >= 0, () =>
        problem(
          [...path, index, 'priority'],
          priority,
          `another than that of ${named(rival)}, which may match the same streams and has another period`,
          'give the one that is to win a higher priority',
        ),
      ),
    ];
  });
}

/** Whether Loki prefers `winner` on every stream of `loser`. It goes by priority, then by the shorter period. */
function shadows(streams: Streams, winner: number, loser: number): boolean {
  const [a, b] = [streams[winner], streams[loser]];
  if (a === undefined || b === undefined || winner === loser) return false;
  const shorter = a.period.milliseconds - b.period.milliseconds || winner - loser;
  const isPreferred = a.priority > b.priority || (a.priority === b.priority && shorter < 0);
  return isPreferred && contains(matchersOf(a.selector), matchersOf(b.selector));
}

/** Whether only the periods decide between the two. */
function isRival(streams: Streams, one: number, other: number): boolean {
  const [a, b] = [streams[one], streams[other]];
  return (
    a !== undefined &&
    b !== undefined &&
    a.priority === b.priority &&
    a.period.milliseconds !== b.period.milliseconds &&
    !shadows(streams, other, one) &&
    mayOverlap(matchersOf(a.selector), matchersOf(b.selector))
  );
}

function retentionPeriods(retention: StackConfig['retention']): readonly Problem[] {
  const streamPeriods = (path: readonly PropertyKey[], streams: StackConfig['retention']['streams']) =>
    streams.flatMap((stream, index) => period([...path, 'streams', index, 'period'], stream.period));
  return [
    ...period(['retention', 'period'], retention.period),
    ...streamPeriods(['retention'], retention.streams),
    ...Object.entries(retention.tenants).flatMap(([name, tenant]) => [
      ...period(['retention', 'tenants', name, 'period'], tenant.period),
      ...streamPeriods(['retention', 'tenants', name], tenant.streams),
    ]),
  ];
}

function period(path: readonly PropertyKey[], value: Duration): readonly Problem[] {
  return [
    ...when(value.milliseconds < 24 * HOUR, () =>
      problem(path, formatDuration(value), 'at least 24h: Loki deletes by whole index days', 'write 24h or more'),
    ),
    ...when(value.milliseconds % HOUR !== 0, () =>
      problem(path, formatDuration(value), 'a multiple of 1h', `write ${Math.ceil(value.milliseconds / HOUR)}h`),
    ),
  ];
}
