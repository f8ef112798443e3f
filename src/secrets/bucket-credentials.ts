/** The bucket's access key as the file that every program of AWS' SDK reads, so that the key is in no environment. */

/** Key of the Secret, and name of the file. */
export const CREDENTIALS_FILE = 'credentials';

/** The file's contents. Without blanks: after one, `#` begins a comment. */
export function bucketCredentials(accessKeyId: string, secretAccessKey: string): string {
  return ['[default]', `aws_access_key_id=${accessKeyId}`, `aws_secret_access_key=${secretAccessKey}`, ''].join('\n');
}
