import { z } from 'zod';
import { defaults } from '../defaults';
import {
  bucketName,
  certificates,
  containerName,
  day,
  domain,
  duration,
  gcsBucketName,
  indexPrefix,
  kmsKey,
  labelValue,
  objectPrefix,
  region,
  storageAccount,
  url,
} from '../scalars';
import { compression, egressOf } from './shared';
import { azureAccess, gcsAccess, s3Access } from './storage-access';

/** The fields of every period of the index. */
const period = () => ({
  from: day().describe(
    'First day, in UTC. A period can only be added, and only before its first day. `npm run check` tests this.',
  ),
  indexPrefix: indexPrefix()
    .optional()
    .describe(
      'Beginning of the names of its tables. It is for logs that another Loki has written: `loki_index_` in the examples of Loki’s chart. By default `index_` in the first period, and `index_<day>_` in each other one.',
    ),
  index: z
    .enum(['tsdb', 'boltdb-shipper'])
    .default('tsdb')
    .describe(
      'Kind of its index. `boltdb-shipper` is for logs that another Loki has written; Loki 4 does not read it.',
    ),
  version: z
    .enum(['v11', 'v12', 'v13'])
    .default('v13')
    .describe('Version of its schema. Those before `v13` are for logs that another Loki has written.'),
});

const FIRST = [{ from: defaults.storage.schemaFrom }];
const SCHEMA = 'Periods of the index, the oldest first. The last one is `tsdb` with `v13`.';

/** The fields of every bucket, but for its periods. */
const ofBucket = () => ({
  compression: compression(),
  prefix: objectPrefix()
    .optional()
    .describe(
      'First part of the name of every object: Loki then has a folder of the bucket. It never changes. By default, objects have none.',
    ),
  lifecycle: z
    .strictObject({
      expireAfter: duration().describe('Age at which the bucket deletes an object, be it chunk or index.'),
    })
    .optional()
    .describe(
      'The bucket’s own lifecycle rule, if it has one that deletes. The bucket needs none, because Loki deletes. The stack makes no rule: it checks this one against the retention.',
    ),
  egress: egressOf('the bucket'),
});

const STORE = 'Store of its chunks and index. `filesystem` is for the time before the stack moved to the bucket.';
const ACCESS = 'How Loki proves that it may use the bucket.';

const encryption = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('SSE-S3').describe('With keys of the store.') }),
  z.strictObject({
    type: z.literal('SSE-KMS').describe('With a key of AWS KMS.'),
    keyId: kmsKey().describe('The key. The role or user of `access` may use it.'),
    context: z
      .record(z.string(), labelValue())
      .default({})
      .describe('Encryption context, which policies of the key can name.'),
  }),
]);

export const storage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('filesystem').describe('Chunks and index on Loki’s own volume.'),
    compression: compression(),
    allowInProduction: z.boolean().default(false).describe('Consent to keep production logs on a single volume.'),
    schema: z.array(z.strictObject(period())).min(1).prefault(FIRST).describe(SCHEMA),
  }),
  z.strictObject({
    type: z.literal('s3').describe('Chunks and index in an S3 bucket.'),
    bucket: bucketName().describe('Name of the bucket. It must exist.'),
    region: region().describe('Region of the bucket.'),
    endpoint: url('http', 'https').optional().describe('Endpoint of an S3 server other than AWS.'),
    forcePathStyle: z
      .boolean()
      .default(false)
      .describe(
        'Whether the bucket’s name is in the path instead of in the host name. Most S3 servers other than AWS need it.',
      ),
    trustedCa: certificates()
      .optional()
      .describe('Certificates of the CAs that Loki trusts for `endpoint`, instead of the public ones.'),
    encryption: encryption
      .optional()
      .describe(
        'Encryption that Loki asks the store for, for each object. By default, the bucket’s own setting counts.',
      ),
    access: s3Access.prefault({ type: 'secret' }).describe(ACCESS),
    ...ofBucket(),
    schema: z
      .array(z.strictObject({ ...period(), store: z.enum(['s3', 'filesystem']).default('s3').describe(STORE) }))
      .min(1)
      .prefault(FIRST)
      .describe(SCHEMA),
  }),
  z.strictObject({
    type: z.literal('gcs').describe('Chunks and index in a bucket of Google Cloud Storage.'),
    bucket: gcsBucketName().describe('Name of the bucket. It must exist.'),
    access: gcsAccess.prefault({ type: 'secret' }).describe(ACCESS),
    ...ofBucket(),
    schema: z
      .array(z.strictObject({ ...period(), store: z.enum(['gcs', 'filesystem']).default('gcs').describe(STORE) }))
      .min(1)
      .prefault(FIRST)
      .describe(SCHEMA),
  }),
  z.strictObject({
    type: z.literal('azure').describe('Chunks and index in a container of Azure Blob Storage.'),
    account: storageAccount().describe('Name of the storage account, without a hierarchical namespace.'),
    container: containerName().describe('Name of the container. Loki makes it if it may, and it is not there.'),
    endpointSuffix: domain()
      .optional()
      .describe(
        'Host name after that of the account, in another cloud: `blob.core.usgovcloudapi.net`. By default `blob.core.windows.net`.',
      ),
    access: azureAccess.prefault({ type: 'secret' }).describe(ACCESS),
    ...ofBucket(),
    schema: z
      .array(z.strictObject({ ...period(), store: z.enum(['azure', 'filesystem']).default('azure').describe(STORE) }))
      .min(1)
      .prefault(FIRST)
      .describe(SCHEMA),
  }),
]);
