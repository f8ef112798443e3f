/** Whether a password is the one of an htpasswd file. */
import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Checks a password against an htpasswd file, as nginx would.
 *
 * @returns undefined for a hash of another kind than {@link credentialLine} makes.
 */
export function passwordMatches(htpasswd: string, name: string, password: string): boolean | undefined {
  const line = htpasswd.split('\n').find((candidate) => candidate.startsWith(`${name}:`));
  if (line === undefined) return false;
  const [, encoded] = /^[^:]+:\{SSHA\}(\S+)\s*$/.exec(line) ?? [];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const digest = createHash('sha1').update(password).update(bytes.subarray(20)).digest();
  return bytes.length >= 20 && timingSafeEqual(digest, bytes.subarray(0, 20));
}
