/** Whether Secrets fit together, and how long certificates are good. No value leaves this file. */
import { X509Certificate } from 'node:crypto';
import { GATEWAY_USERS_SECRET, type StackConfig } from '../../config';
import { hasAgentsAlone } from '../../config/derived/components';
import { secretTable } from '../../secrets/spec';
import { derive } from './observed';
import type { Look } from './look';
import { passwordMatches } from './password';
import type { CertificateState, PasswordState } from './state';

const PREFIX = 'gateway-credential-';

/** Compares each credential's Secret with what the gateway knows. */
export async function passwords(look: Look, config: StackConfig): Promise<readonly PasswordState[]> {
  // What the other stack's gateway knows cannot be seen from here.
  if (!config.auth.loki.enabled || hasAgentsAlone(config)) return [];
  const { logging } = config.namespaces;
  const [users, previous] = await Promise.all([
    look.secretValue(logging, GATEWAY_USERS_SECRET, 'users'),
    look.secretValue(logging, GATEWAY_USERS_SECRET, 'previous'),
  ]);
  const specs = secretTable(config).filter(({ name }) => name.startsWith(PREFIX));
  return Promise.all(
    specs.map(async ({ name: secret, namespace }): Promise<PasswordState> => {
      const credential = secret.slice(PREFIX.length);
      const value = await look.secretValue(namespace, secret, 'password');
      const match = 'unknown' in users ? users : derive(value, (password) => compare(credential, password));
      return { credential, namespace, secret, match };
    }),
  );

  function compare(credential: string, password: string): 'current' | 'previous' | 'none' | 'other-hash' {
    const current = 'value' in users ? passwordMatches(users.value, credential, password) : undefined;
    if (current === undefined) return 'other-hash';
    if (current) return 'current';
    return 'value' in previous && passwordMatches(previous.value, credential, password) === true ? 'previous' : 'none';
  }
}

/** The ends of the certificates in Secrets of the stack. */
export function certificates(look: Look, config: StackConfig): Promise<readonly CertificateState[]> {
  const specs = secretTable(config).filter(({ keys }) => 'tls.crt' in keys);
  return Promise.all(
    specs.map(async ({ name, namespace }) => ({
      namespace,
      secret: name,
      notAfter: derive(await look.secretValue(namespace, name, 'tls.crt'), endOf),
    })),
  );
}

function endOf(pem: string): string {
  try {
    return new X509Certificate(pem).validToDate.toISOString();
  } catch {
    // Its text is left out: somebody may have put a key there.
    return 'no certificate';
  }
}
