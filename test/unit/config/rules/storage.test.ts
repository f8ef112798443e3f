import { S3 } from '../../../support/config';
import { PROD, testRules } from './rows';

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
]);
