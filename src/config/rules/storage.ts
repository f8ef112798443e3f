import { lokiDeletesBy } from '../retention';
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
          'set storage.type to s3, or storage.allowInProduction to true',
        ),
      ),
  },
  {
    reads: ['environment', 'storage'],
    check: ({ environment, storage }) =>
      when(environment === 'prod' && storage.type === 's3' && storage.endpoint?.startsWith('http:') === true, () =>
        problem(
          ['storage', 'endpoint'],
          storage.type === 's3' ? storage.endpoint : undefined,
          'prod sends keys and logs to its bucket over TLS',
          'write a URL with https',
        ),
      ),
  },
  {
    reads: ['storage', 'retention'],
    check: ({ storage, retention }) => {
      const expireAfter = storage.type === 's3' ? storage.lifecycle?.expireAfter : undefined;
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
];
