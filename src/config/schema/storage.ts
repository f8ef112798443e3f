import { z } from 'zod';
import { defaults } from '../defaults';
import { bucketName, cidr, day, dnsLabel, duration, port, region, roleArn, url } from '../scalars';

const egress = z.strictObject({
  cidr: cidr().describe('Addresses that may be reached.'),
  port: port().describe('TCP port there.'),
});

const from = () =>
  day().describe(
    'First day, in UTC. A period can only be added, and only before its first day. `npm run check` tests this.',
  );

const SCHEMA = 'Periods of the index, the oldest first. All of them are `tsdb` with `v13`.';

const access = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret').describe('With an access key.'),
    secret: dnsLabel()
      .default(defaults.storage.accessSecret)
      .describe(
        'Secret in the logging namespace. Its key `credentials` holds an AWS credentials file with the access key as profile `default`.',
      ),
  }),
  z.strictObject({
    type: z
      .literal('serviceAccount')
      .describe('As an IAM role, with the tokens of the ServiceAccounts `loki` and `compactor`. No Secret.'),
    roleArn: roleArn().describe('ARN of the role. Its trust policy names the two ServiceAccounts.'),
    egress: z
      .array(egress)
      .min(1)
      .describe('Addresses of STS, which exchanges tokens for keys, for the NetworkPolicy.'),
  }),
  z.strictObject({
    type: z
      .literal('podIdentity')
      .describe('As the IAM role that an EKS Pod Identity association gives the two ServiceAccounts. No Secret.'),
  }),
]);

export const storage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('filesystem').describe('Chunks and index on Loki’s own volume.'),
    allowInProduction: z.boolean().default(false).describe('Consent to keep production logs on a single volume.'),
    schema: z
      .array(z.strictObject({ from: from() }))
      .min(1)
      .prefault([{ from: defaults.storage.schemaFrom }])
      .describe(SCHEMA),
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
    access: access.prefault({ type: 'secret' }).describe('How Loki proves that it may use the bucket.'),
    lifecycle: z
      .strictObject({
        expireAfter: duration().describe('Age at which the bucket deletes an object, be it chunk or index.'),
      })
      .optional()
      .describe(
        'The bucket’s own lifecycle rule, if it has one that deletes. The bucket needs none, because Loki deletes. The stack makes no rule: it checks this one against the retention.',
      ),
    egress: z.array(egress).min(1).describe('Addresses of the bucket for the NetworkPolicy, which cannot match names.'),
    schema: z
      .array(
        z.strictObject({
          from: from(),
          store: z
            .enum(['s3', 'filesystem'])
            .default('s3')
            .describe('Store of its chunks and index. `filesystem` is for the time before the stack moved to S3.'),
        }),
      )
      .min(1)
      .prefault([{ from: defaults.storage.schemaFrom }])
      .describe(SCHEMA),
  }),
]);
