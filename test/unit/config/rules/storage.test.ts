import { configWith, HA, S3 } from '../../../support/config';
import { PROD, testRules } from './rows';

/** From the volume to the bucket. */
const MOVED = [{ from: '2024-01-01', store: 'filesystem' }, { from: '2025-06-01' }] as const;
const LONG = { streams: [{ selector: '{job="security"}', period: '90d' }] };

testRules([
  [
    'prod does not keep its only copy on one volume without consent',
    { ...PROD, storage: { type: 'filesystem' } },
    'storage.type',
    '"filesystem"',
    'set storage.type to s3, or storage.allowInProduction to true',
    { ...PROD, storage: { type: 'filesystem', allowInProduction: true } },
  ],
  [
    'prod sends keys and logs to its bucket over TLS',
    { ...PROD, storage: { ...S3, endpoint: 'http://minio.example.com' } },
    'storage.endpoint',
    '"http://minio.example.com"',
    'write a URL with https',
    { ...PROD, storage: { ...S3, endpoint: 'https://minio.example.com' } },
  ],
  [
    'after the first day of the period before (2025-06-01)',
    { storage: { type: 'filesystem', schema: [{ from: '2025-06-01' }, { from: '2025-05-31' }] } },
    'storage.schema[1].from',
    '"2025-05-31"',
    'write the periods in the order of their days, each day once',
    { storage: { type: 'filesystem', schema: [{ from: '2025-05-31' }, { from: '2025-06-01' }] } },
  ],
  [
    'after the first day of the period before (2025-06-01)',
    { storage: { ...S3, schema: [{ from: '2024-01-01' }, { from: '2025-06-01' }, { from: '2025-06-01' }] } },
    'storage.schema[2].from',
    '"2025-06-01"',
    'write the periods in the order of their days, each day once',
    { storage: { ...S3, schema: [{ from: '2024-01-01' }, { from: '2025-06-01' }, { from: '2025-06-02' }] } },
  ],
  [
    'the last period is in the bucket, as storage.type says',
    { storage: { ...S3, schema: [{ from: '2024-01-01', store: 'filesystem' }] } },
    'storage.schema[0].store',
    '"filesystem"',
    'add a period with store s3 that begins in the future, or set storage.type to filesystem',
    { storage: { ...S3, schema: MOVED } },
  ],
  [
    'several replicas have everything in the bucket: what is on one’s volume no other one can read',
    { ...HA, storage: { ...S3, schema: MOVED } },
    'storage.schema[0].store',
    '"filesystem"',
    'keep deployment.mode single until that period’s logs are past their retention',
    HA,
  ],
  [
    'at least 2186h: the longest period, deleteDelay and a day; before, the bucket deletes what the index still names',
    { storage: { ...S3, lifecycle: { expireAfter: '91d' } }, retention: LONG },
    'storage.lifecycle.expireAfter',
    '"2184h"',
    'raise it here and in the bucket’s lifecycle rule, or remove both: Loki deletes by itself',
    { storage: { ...S3, lifecycle: { expireAfter: '92d' } }, retention: LONG },
  ],
]);

test('a day is what Pulumi makes of it, a time at midnight UTC, as well', () => {
  const schema = (from: string) => configWith({ storage: { type: 'filesystem', schema: [{ from }] } }).storage.schema;
  expect(schema('2025-06-01T00:00:00Z')).toEqual(schema('2025-06-01'));
});
