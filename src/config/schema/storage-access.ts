/** How Loki proves to each kind of object store that it may use the bucket. */
import { z } from 'zod';
import { defaults } from '../defaults';
import { azureId, dnsLabel, googleServiceAccount, roleArn } from '../scalars';
import { egressOf } from './shared';

const keySecret = (store: keyof typeof defaults.storage.accessSecret, holds: string) =>
  dnsLabel().default(defaults.storage.accessSecret[store]).describe(`Secret in the logging namespace. ${holds}`);

export const s3Access = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret').describe('With an access key.'),
    secret: keySecret(
      's3',
      'Its key `credentials` holds an AWS credentials file with the access key as profile `default`.',
    ),
  }),
  z.strictObject({
    type: z
      .literal('serviceAccount')
      .describe('As an IAM role, with the tokens of the ServiceAccounts `loki` and `compactor`. No Secret.'),
    roleArn: roleArn().describe('ARN of the role. Its trust policy names the two ServiceAccounts.'),
    egress: egressOf('STS, which exchanges tokens for keys,'),
  }),
  z.strictObject({
    type: z
      .literal('podIdentity')
      .describe('As the IAM role that an EKS Pod Identity association gives the two ServiceAccounts. No Secret.'),
  }),
]);

export const gcsAccess = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret').describe('With the key of a service account.'),
    secret: keySecret('gcs', 'Its key `key.json` holds the key of a service account, as Google Cloud hands it out.'),
  }),
  z.strictObject({
    type: z
      .literal('workloadIdentity')
      .describe('By GKE’s workload identity, as the ServiceAccounts `loki` and `compactor`. No Secret.'),
    serviceAccount: googleServiceAccount()
      .optional()
      .describe(
        'Service account of Google Cloud that the two ServiceAccounts act as. Without it, they have rights of their own in the bucket’s IAM policy.',
      ),
  }),
]);

export const azureAccess = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret').describe('With a key of the storage account.'),
    secret: keySecret('azure', 'Its key `accountKey` holds a key of the storage account.'),
  }),
  z.strictObject({
    type: z
      .literal('workloadIdentity')
      .describe('By Azure’s workload identity, as the ServiceAccounts `loki` and `compactor`. No Secret.'),
    clientId: azureId().describe(
      'Client id of the managed identity or application. It has a federated credential for each of the two ServiceAccounts.',
    ),
    tenantId: azureId().optional().describe('Id of its directory. By default, that of the cluster.'),
    egress: egressOf('`login.microsoftonline.com`, which exchanges tokens,'),
  }),
  z.strictObject({
    type: z
      .literal('managedIdentity')
      .describe(
        'As a managed identity that is assigned to the nodes. Every pod that reaches the nodes’ metadata has it. No Secret.',
      ),
    clientId: azureId().describe('Client id of the identity.'),
  }),
]);
