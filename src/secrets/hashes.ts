/** What is made of secret values by hashing them. */
import { createHash, createHmac } from 'node:crypto';

/**
 * A line of an htpasswd file: salted SHA-1, which every nginx verifies in microseconds. Enough for random credentials,
 * and only for those. The salt follows from the credential, so that two runs make the same Secret.
 */
export function credentialLine(name: string, secret: string): string {
  const salt = createHmac('sha256', secret).update(name).digest().subarray(0, 16);
  const digest = createHash('sha1').update(secret).update(salt).digest();
  return `${name}:{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

/** Nobody types it, so it is one secret less to keep: it follows from another one, which does not follow from it. */
export function metricsPassword(secretKey: string): string {
  return createHmac('sha256', secretKey).update('metrics').digest('base64url').slice(0, 32);
}
