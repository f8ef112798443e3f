import { S3 } from '../../../support/config';
import { PROD, testRules } from './rows';

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
    'at least 2186h: the longest period, deleteDelay and a day; before, the bucket deletes what the index still names',
    { storage: { ...S3, lifecycle: { expireAfter: '91d' } }, retention: LONG },
    'storage.lifecycle.expireAfter',
    '"2184h"',
    'raise it here and in the bucket’s lifecycle rule, or remove both: Loki deletes by itself',
    { storage: { ...S3, lifecycle: { expireAfter: '92d' } }, retention: LONG },
  ],
]);
