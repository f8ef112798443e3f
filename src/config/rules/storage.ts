import { isBucket } from '../derived/bucket';
import { lokiDeletesBy } from '../derived/retention';
import type { StackConfig } from '../schema';
import { formatDuration } from '../units';
import { problem, type Rule, when } from './rule';

export const storageRules: readonly Rule[] = [
  {
    reads: ['environment', 'storage'],
    check: ({ environment, storage }) =>
      when(environment === 'prod' && storage.type === 'filesystem' && !storage.allowInProduction, () =>
        problem(
          ['storage', 'type'],
          storage.type,
          'prod does not keep its only copy on one volume without consent',
          'set storage.type to s3, gcs or azure, or storage.allowInProduction to true',
        ),
      ),
  },
  {
    reads: ['storage.schema'],
    check: ({ storage: { schema } }) =>
      schema.flatMap(({ from }, index) => {
        const before = schema[index - 1]?.from;
        return when(before !== undefined && from <= before, () =>
          problem(
            ['storage', 'schema', index, 'from'],
            from,
            `after the first day of the period before (${String(before)})`,
            'write the periods in the order of their days, each day once',
          ),
        );
      }),
  },
  {
    reads: ['storage.schema'],
    check: ({ storage: { schema } }) => {
      const last = schema.length - 1;
      const wrong = [
        ['index', schema[last]?.index, 'tsdb'],
        ['version', schema[last]?.version, 'v13'],
      ] as const;
      return wrong.flatMap(([key, received, needed]) =>
        when(received !== needed, () =>
          problem(
            ['storage', 'schema', last, key],
            received,
            'the last period is tsdb with v13: no other one has what stands beside the lines',
            'add a period that is, to the Loki that runs, and move after its first day',
          ),
        ),
      );
    },
  },
  {
    reads: ['storage'],
    check: ({ storage }) => {
      const last = storage.schema.length - 1;
      return when(onVolume(storage).includes(last), () =>
        problem(
          ['storage', 'schema', last, 'store'],
          'filesystem',
          'the last period is in the bucket, as storage.type says',
          `add a period with store ${storage.type} that begins in the future, or set storage.type to filesystem`,
        ),
      );
    },
  },
  {
    reads: ['storage', 'retention'],
    check: ({ storage, retention }) => {
      const expireAfter = isBucket(storage) ? storage.lifecycle?.expireAfter : undefined;
      const needed = lokiDeletesBy(retention);
      return when(expireAfter !== undefined && expireAfter.milliseconds < needed.milliseconds, () =>
        problem(
          ['storage', 'lifecycle', 'expireAfter'],
          expireAfter && formatDuration(expireAfter),
          `at least ${formatDuration(needed)}: the longest period, deleteDelay and a day; before, the bucket deletes what the index still names`,
          'raise it here and in the bucket’s lifecycle rule, or remove both: Loki deletes by itself',
        ),
      );
    },
  },
  {
    reads: ['storage', 'deployment.mode'],
    check: ({ storage, deployment }) =>
      deployment.mode === 'ha'
        ? onVolume(storage).map((index) =>
            problem(
              ['storage', 'schema', index, 'store'],
              'filesystem',
              'several replicas have everything in the bucket: what is on one’s volume no other one can read',
              'keep deployment.mode single until that period’s logs are past their retention',
            ),
          )
        : [],
  },
  {
    reads: ['storage'],
    check: ({ storage }) =>
      when(isBucket(storage) && storage.prefix !== undefined && onVolume(storage).length > 0, () =>
        problem(
          ['storage', 'prefix'],
          isBucket(storage) ? storage.prefix : undefined,
          'no prefix beside a period with store filesystem: Loki would look for that period’s files below the prefix, too',
          'remove it, and give the stack a bucket of its own',
        ),
      ),
  },
];

/** Periods that a stack with a bucket has on its volume. */
function onVolume(storage: StackConfig['storage']): readonly number[] {
  return isBucket(storage) ? storage.schema.flatMap(({ store }, index) => (store === 'filesystem' ? [index] : [])) : [];
}
