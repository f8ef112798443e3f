import { AZURE, configWith, GCS, HA, problemsOf, S3 } from '../../../support/config';
import { PROD, testRules } from './rows';

/** From the volume to the bucket. */
const MOVED = [{ from: '2024-01-01', store: 'filesystem' }, { from: '2025-06-01' }] as const;
/** Of another Loki. */
const OLD = { from: '2024-01-01', index: 'boltdb-shipper', version: 'v11' } as const;
const LONG = { streams: [{ selector: '{job="security"}', period: '90d' }] };

testRules([
  {
    rule: 'prod does not keep its only copy on one volume without consent',
    broken: { ...PROD, storage: { type: 'filesystem' } },
    path: 'storage.type',
    received: '"filesystem"',
    remedy: 'set storage.type to s3, gcs or azure, or storage.allowInProduction to true',
    kept: { ...PROD, storage: { type: 'filesystem', allowInProduction: true } },
  },
  {
    rule: 'after the first day of the period before (2025-06-01)',
    broken: { storage: { type: 'filesystem', schema: [{ from: '2025-06-01' }, { from: '2025-05-31' }] } },
    path: 'storage.schema[1].from',
    received: '"2025-05-31"',
    remedy: 'write the periods in the order of their days, each day once',
    kept: { storage: { type: 'filesystem', schema: [{ from: '2025-05-31' }, { from: '2025-06-01' }] } },
  },
  {
    rule: 'after the first day of the period before (2025-06-01)',
    broken: { storage: { ...S3, schema: [{ from: '2024-01-01' }, { from: '2025-06-01' }, { from: '2025-06-01' }] } },
    path: 'storage.schema[2].from',
    received: '"2025-06-01"',
    remedy: 'write the periods in the order of their days, each day once',
    kept: { storage: { ...S3, schema: [{ from: '2024-01-01' }, { from: '2025-06-01' }, { from: '2025-06-02' }] } },
  },
  {
    rule: 'the last period is tsdb with v13: no other one has what stands beside the lines',
    broken: { storage: { type: 'filesystem', schema: [{ from: '2024-01-01', index: 'boltdb-shipper' }] } },
    path: 'storage.schema[0].index',
    received: '"boltdb-shipper"',
    remedy: 'add a period that is, to the Loki that runs, and move after its first day',
    kept: { storage: { type: 'filesystem', schema: [OLD, { from: '2025-06-01' }] } },
  },
  {
    rule: 'the last period is tsdb with v13: no other one has what stands beside the lines',
    broken: { storage: { ...S3, schema: [{ from: '2024-01-01' }, { from: '2025-06-01', version: 'v12' }] } },
    path: 'storage.schema[1].version',
    received: '"v12"',
    remedy: 'add a period that is, to the Loki that runs, and move after its first day',
    kept: { storage: { ...S3, schema: [OLD, { from: '2025-06-01' }] } },
  },
  {
    rule: 'the last period is in the bucket, as storage.type says',
    broken: { storage: { ...S3, schema: [{ from: '2024-01-01', store: 'filesystem' }] } },
    path: 'storage.schema[0].store',
    received: '"filesystem"',
    remedy: 'add a period with store s3 that begins in the future, or set storage.type to filesystem',
    kept: { storage: { ...S3, schema: MOVED } },
  },
  {
    rule: 'the last period is in the bucket, as storage.type says',
    broken: { storage: { ...GCS, schema: [{ from: '2024-01-01', store: 'filesystem' }] } },
    path: 'storage.schema[0].store',
    received: '"filesystem"',
    remedy: 'add a period with store gcs that begins in the future, or set storage.type to filesystem',
    kept: { storage: { ...GCS, schema: MOVED } },
  },
  {
    rule: 'no prefix beside a period with store filesystem: Loki would look for that period’s files below the prefix, too',
    broken: { storage: { ...S3, prefix: 'logs', schema: MOVED } },
    path: 'storage.prefix',
    received: '"logs"',
    remedy: 'remove it, and give the stack a bucket of its own',
    kept: { storage: { ...S3, schema: MOVED } },
  },
  {
    rule: 'several replicas have everything in the bucket: what is on one’s volume no other one can read',
    broken: { ...HA, storage: { ...S3, schema: MOVED } },
    path: 'storage.schema[0].store',
    received: '"filesystem"',
    remedy: 'keep deployment.mode single until that period’s logs are past their retention',
    kept: HA,
  },
  {
    rule: 'at least 2186h: the longest period, deleteDelay and a day; before, the bucket deletes what the index still names',
    broken: { storage: { ...AZURE, lifecycle: { expireAfter: '91d' } }, retention: LONG },
    path: 'storage.lifecycle.expireAfter',
    received: '"2184h"',
    remedy: 'raise it here and in the bucket’s lifecycle rule, or remove both: Loki deletes by itself',
    kept: { storage: { ...AZURE, lifecycle: { expireAfter: '92d' } }, retention: LONG },
  },
  {
    rule: 'at least 2186h: the longest period, deleteDelay and a day; before, the bucket deletes what the index still names',
    broken: { storage: { ...S3, lifecycle: { expireAfter: '91d' } }, retention: LONG },
    path: 'storage.lifecycle.expireAfter',
    received: '"2184h"',
    remedy: 'raise it here and in the bucket’s lifecycle rule, or remove both: Loki deletes by itself',
    kept: { storage: { ...S3, lifecycle: { expireAfter: '92d' } }, retention: LONG },
  },
]);

test('a day is what Pulumi makes of it, a time at midnight UTC, as well', () => {
  const schema = (from: string) => configWith({ storage: { type: 'filesystem', schema: [{ from }] } }).storage.schema;
  expect(schema('2025-06-01T00:00:00Z')).toEqual(schema('2025-06-01'));
});

test.each([
  's3://My_Bucket/x',
  'My-Bucket',
  'my_bucket',
  'a',
  'ab',
  'a..b',
  '-logs',
  'logs-',
  '10.0.0.1',
  'xn--logs',
  'one,two',
  'logs/x',
])('given the bucket %s, it is refused', (bucket) => {
  expect(problemsOf({ environment: 'dev', storage: { ...S3, bucket } })).toEqual([
    {
      path: 'storage.bucket',
      received: JSON.stringify(bucket),
      rule: 'the name of a bucket: 3 to 63 small letters, digits, hyphens and dots, without s3:// and a path',
      remedy: 'write for example spywatcher-logs',
    },
  ]);
});

test.each(['logs', 'logs.example.com', '0-logs-9', 'l'.repeat(63)])('given the bucket %s, it is taken', (bucket) => {
  expect(() => configWith({ storage: { ...S3, bucket } })).not.toThrow();
});
