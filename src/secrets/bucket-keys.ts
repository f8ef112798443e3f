/** The key of a bucket in its Secret: for each kind of store, what the program that uses the bucket reads. */
import type { StackConfig } from '../config';
import { isBucket } from '../config/derived/bucket';
import { handedOut, key, valueOf } from './keys';
import type { SecretKey } from './row';
import * as rules from './rules';

/** Key of the Secret of an S3 bucket, and name of the file that every program of AWS' SDK reads. */
export const CREDENTIALS_FILE = 'credentials';
/** Key of the Secret of a bucket of Google Cloud Storage, and name of the file. */
export const GOOGLE_KEY_FILE = 'key.json';
/** Key of the Secret of an Azure storage account. */
export const ACCOUNT_KEY = 'accountKey';

const S3_KEY_ID = handedOut('s3.accessKeyId', rules.BUCKET_KEY);
const S3_KEY = handedOut('s3.secretAccessKey', rules.BUCKET_KEY);

/** AWS' credentials file. Without blanks: after one, `#` begins a comment. */
export function awsCredentials(accessKeyId: string, secretAccessKey: string): string {
  return ['[default]', `aws_access_key_id=${accessKeyId}`, `aws_secret_access_key=${secretAccessKey}`, ''].join('\n');
}

const KEYS: Readonly<Record<Exclude<StackConfig['storage']['type'], 'filesystem'>, SecretKey>> = {
  s3: {
    ...key(CREDENTIALS_FILE, 'access key of the bucket, as a credentials file of AWS', S3_KEY_ID, S3_KEY),
    contents: (values) => awsCredentials(valueOf(values, S3_KEY_ID), valueOf(values, S3_KEY)),
    made: {
      properties: { accessKeyId: S3_KEY_ID.path, secretAccessKey: S3_KEY.path },
      template: awsCredentials('{{ .accessKeyId }}', '{{ .secretAccessKey }}'),
    },
  },
  gcs: key(
    GOOGLE_KEY_FILE,
    'key of a service account that may use the bucket',
    handedOut('gcs.serviceAccountKey', rules.GOOGLE_KEY),
  ),
  azure: key(ACCOUNT_KEY, 'key of the storage account', handedOut('azure.accountKey', rules.STORAGE_ACCOUNT_KEY)),
};

/** The one key of the Secret. */
export function bucketKeys({ storage }: StackConfig): readonly SecretKey[] {
  return isBucket(storage) ? [{ ...KEYS[storage.type], neededWith: `storage.type: ${storage.type}` }] : [];
}
