import { lokiDeletesBy } from '../derived/retention';
import { formatDuration } from '../units';
import { portOf } from './reachable';
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
    reads: ['storage'],
    check: ({ storage }) => {
      if (storage.type !== 's3') return [];
      const endpoint = storage.endpoint ?? 'https://s3.amazonaws.com';
      const { hostname } = new URL(endpoint);
      const wanted = portOf(endpoint);
      // The policy sees the port of the pods behind a Service, which can be any port.
      const isService = /^[^.]+$|\.svc(?:\.|$)/.test(hostname) && !hostname.startsWith('[');
      return when(!isService && !storage.egress.some((destination) => destination.port === wanted), () =>
        problem(
          ['storage', 'egress'],
          storage.egress.map((destination) => destination.port),
          `an entry with port ${wanted}, that of ${storage.endpoint === undefined ? 'S3' : 'storage.endpoint'}: Loki would not reach its bucket, and not start`,
          `add { cidr: …, port: ${wanted} }`,
        ),
      );
    },
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
    reads: ['storage'],
    check: ({ storage }) => {
      if (storage.type === 'filesystem') return [];
      const last = storage.schema.length - 1;
      return when(storage.schema[last]?.store === 'filesystem', () =>
        problem(
          ['storage', 'schema', last, 'store'],
          'filesystem',
          'the last period is in the bucket, as storage.type says',
          'add a period with store s3 that begins in the future, or set storage.type to filesystem',
        ),
      );
    },
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
  {
    reads: ['storage', 'deployment.mode'],
    check: ({ storage, deployment }) =>
      storage.type === 'filesystem'
        ? []
        : storage.schema.flatMap(({ store }, index) =>
            when(deployment.mode === 'ha' && store === 'filesystem', () =>
              problem(
                ['storage', 'schema', index, 'store'],
                store,
                'several replicas have everything in the bucket: what is on one’s volume no other one can read',
                'keep deployment.mode single until that period’s logs are past their retention',
              ),
            ),
          ),
  },
];
