import { z } from 'zod';
import { cidr, dnsLabel, duration, port, url } from '../scalars';

const egress = z.strictObject({
  cidr: cidr().describe('Addresses that may be reached.'),
  port: port().describe('TCP port there.'),
});

export const storage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('filesystem').describe('Chunks and index on Loki’s own volume.'),
    allowInProduction: z.boolean().default(false).describe('Consent to keep production logs on a single volume.'),
  }),
  z.strictObject({
    type: z.literal('s3').describe('Chunks and index in an S3 bucket.'),
    bucket: z.string().min(3).describe('Name of the bucket. It must exist.'),
    region: z.string().min(1).describe('Region of the bucket.'),
    endpoint: url('http', 'https').optional().describe('Endpoint of an S3 server other than AWS.'),
    forcePathStyle: z
      .boolean()
      .default(false)
      .describe('Bucket in the path instead of in the host name; most S3 servers other than AWS want it.'),
    credentialsSecret: dnsLabel()
      .default('loki-s3')
      .describe('Secret in the logging namespace with keys `accessKeyId` and `secretAccessKey`.'),
    lifecycle: z
      .strictObject({
        expireAfter: duration().describe('Age at which the bucket deletes an object, chunk and index alike.'),
      })
      .optional()
      .describe(
        'The bucket’s own lifecycle rule, if it has one that deletes; it needs none, Loki deletes by itself. Nothing is made of it: it is checked against the retention.',
      ),
    egress: z
      .array(egress)
      .min(1)
      .describe('Where the bucket is, for the NetworkPolicy: it matches addresses, not names.'),
  }),
]);
