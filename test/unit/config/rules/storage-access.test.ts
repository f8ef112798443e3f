import { CA, OF_A_SERVER } from '../../../support/certificates';
import { AZURE, GCS, S3 } from '../../../support/config';
import { PROD, testRules } from './rows';

const ENDPOINT = 'https://minio.example.com';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const ROLE = 'arn:aws:iam::123456789012:role/loki';
const ID = '11111111-2222-3333-4444-555555555555';
const at = (port: number) => [{ cidr: '10.20.0.9/32', port }];

testRules([
  {
    rule: 'prod sends keys and logs to its bucket over TLS',
    broken: { ...PROD, storage: { ...S3, endpoint: 'http://minio.example.com:443' } },
    path: 'storage.endpoint',
    received: '"http://minio.example.com:443"',
    remedy: 'write a URL with https',
    kept: { ...PROD, storage: { ...S3, endpoint: 'https://minio.example.com' } },
  },
  {
    rule: 'an entry with port 443, that of S3: Loki would not reach its bucket, and not start',
    broken: { storage: { ...S3, egress: [{ cidr: '52.219.0.0/16', port: 9000 }] } },
    path: 'storage.egress',
    received: '[9000]',
    remedy: 'add { cidr: …, port: 443 }',
    kept: { storage: S3 },
  },
  {
    rule: 'an entry with port 9000, that of storage.endpoint: Loki would not reach its bucket, and not start',
    broken: { storage: { ...S3, endpoint: 'http://minio.example.com:9000' } },
    path: 'storage.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 9000 }',
    // Behind a Service of the cluster, the pods may have another port.
    kept: {
      storage: { ...S3, endpoint: 'http://minio.storage.svc:9000', egress: [{ cidr: '10.0.0.0/8', port: 9001 }] },
    },
  },
  {
    rule: 'an entry with port 80, that of storage.endpoint: Loki would not reach its bucket, and not start',
    broken: { storage: { ...S3, endpoint: 'http://10.1.2.3' } },
    path: 'storage.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 80 }',
    kept: { storage: { ...S3, endpoint: 'http://10.1.2.3', egress: [{ cidr: '10.1.2.3/32', port: 80 }] } },
  },
  {
    rule: 'an entry with port 443, that of Google Cloud Storage: Loki would not reach its bucket, and not start',
    broken: { storage: { ...GCS, egress: at(80) } },
    path: 'storage.egress',
    received: '[80]',
    remedy: 'add { cidr: …, port: 443 }',
    kept: { storage: GCS },
  },
  {
    rule: 'an entry with port 443, that of Azure Blob Storage: Loki would not reach its bucket, and not start',
    broken: { storage: { ...AZURE, egress: at(80) } },
    path: 'storage.egress',
    received: '[80]',
    remedy: 'add { cidr: …, port: 443 }',
    // A way by pods, for example a proxy or a private endpoint’s.
    kept: { storage: { ...AZURE, egress: [{ namespace: 'egress', podLabels: { app: 'proxy' }, port: 8443 }] } },
  },
  {
    rule: 'an entry with port 443, that of STS',
    broken: { storage: { ...S3, access: { type: 'serviceAccount', roleArn: ROLE, egress: at(80) } } },
    path: 'storage.access.egress',
    received: '[80]',
    remedy: 'add { cidr: …, port: 443 }',
    kept: { storage: { ...S3, access: { type: 'serviceAccount', roleArn: ROLE, egress: at(443) } } },
  },
  {
    rule: 'an entry with port 443, that of login.microsoftonline.com',
    broken: { storage: { ...AZURE, access: { type: 'workloadIdentity', clientId: ID, egress: at(80) } } },
    path: 'storage.access.egress',
    received: '[80]',
    remedy: 'add { cidr: …, port: 443 }',
    kept: { storage: { ...AZURE, access: { type: 'workloadIdentity', clientId: ID, egress: at(443) } } },
  },
  {
    rule: 'the URL of a server, without a path: buckets are below it',
    broken: { storage: { ...S3, endpoint: `${ENDPOINT}/s3` } },
    path: 'storage.endpoint',
    received: `"${ENDPOINT}/s3"`,
    remedy: `write ${ENDPOINT}`,
    kept: { storage: { ...S3, endpoint: `${ENDPOINT}/` } },
  },
  {
    rule: 'a host name whose first part is not the name of the bucket: Loki refuses it, as if the bucket stood there twice',
    broken: { storage: { ...S3, bucket: 'minio', endpoint: ENDPOINT } },
    path: 'storage.endpoint',
    received: `"${ENDPOINT}"`,
    remedy: 'write the host name without the bucket, or give the server another name',
    kept: { storage: { ...S3, bucket: 'minio-logs', endpoint: ENDPOINT } },
  },
  {
    rule: 'certificates of CAs: one of a server would be trusted until it is renewed',
    broken: { storage: { ...S3, endpoint: ENDPOINT, trustedCa: OF_A_SERVER } },
    path: 'storage.trustedCa',
    received: '"certificate 1 of 1: CN=id.example.com"',
    remedy: 'write that of its CA, O=Spywatcher, CN=Test ca',
    kept: { storage: { ...S3, endpoint: ENDPOINT, trustedCa: CA } },
  },
  {
    rule: 'a server with https, in storage.endpoint: AWS has certificates of public CAs',
    broken: { storage: { ...S3, trustedCa: CA } },
    path: 'storage.trustedCa',
    received: '"(no storage.endpoint)"',
    remedy: 'write storage.endpoint with https, or remove storage.trustedCa',
    kept: { storage: { ...S3, endpoint: ENDPOINT, trustedCa: CA } },
  },
  {
    rule: 'a key of the bucket’s region, eu-central-1: S3 uses no other',
    broken: { storage: { ...S3, encryption: { type: 'SSE-KMS', keyId: KEY.replace('eu-central-1', 'us-east-1') } } },
    path: 'storage.encryption.keyId',
    received: `"${KEY.replace('eu-central-1', 'us-east-1')}"`,
    remedy: 'write a key of eu-central-1, or correct storage.region',
    kept: { storage: { ...S3, encryption: { type: 'SSE-KMS', keyId: KEY } } },
  },
]);
