/** Makes a new password for one credential, where Secrets are applied by hand or from Git: `npm run secrets -- --stack <stack> --rotate`. */
import { randomBytes } from 'node:crypto';
import { credentials, credentialSecretName, GATEWAY_USERS_SECRET, type StackConfig } from '../../config';
import { credentialLine } from '../../secrets/hashes';
import { type SecretObject, secretObject } from '../../secrets/objects';
import { secretRows } from '../../secrets/table';

/** Contents of the Secret `gateway-users`. */
export interface GatewayUsers {
  /** htpasswd of the passwords that count. */
  readonly users: string;
  /** htpasswd of those before them, which count as well. */
  readonly previous: string;
}

/** What to apply, in two steps: between them the gateway has to learn the new password. */
export interface Rotation {
  /** The new password, for a client that is no pod of the stack. Handle as a secret. */
  readonly password: string;
  /** The gateway takes the new password and the old one. */
  readonly first: SecretObject;
  /** The stack's own pod uses the new one; none where it is another client's credential. */
  readonly second?: SecretObject;
}

/**
 * Makes a new password for a credential. The old one counts until `previous` is emptied. Credentials that the config no
 * longer names lose their passwords.
 *
 * @param current - of the running stack. It holds hashes, so the old password need not be known.
 * @throws Error for a credential that the stack does not have, or with a Secret of which nothing is left.
 */
export function rotate(config: StackConfig, current: GatewayUsers, name: string): Rotation {
  const names = credentials(config).map((credential) => credential.name);
  if (!names.includes(name)) throw new Error(`${name} is no credential of this stack: ${names.join(', ')}`);
  const isOf = (line: string): boolean => line.startsWith(`${name}:`);
  const isKnown = (line: string): boolean => names.includes(line.slice(0, line.indexOf(':')));
  const users = linesOf(current.users).filter(isKnown);
  if (users.length === 0)
    throw new Error(`Secret ${GATEWAY_USERS_SECRET} has no credential of this stack; is it of another one?`);
  const password = randomBytes(24).toString('base64url');
  const ofPod = secretRows(config).find((secret) => secret.name === credentialSecretName(name));
  return {
    password,
    first: {
      name: GATEWAY_USERS_SECRET,
      namespace: config.namespaces.logging,
      stringData: {
        users: textOf([...users.filter((line) => !isOf(line)), credentialLine(name, password)]),
        previous: textOf([
          ...linesOf(current.previous).filter((line) => isKnown(line) && !isOf(line)),
          ...users.filter(isOf),
        ]),
      },
    },
    ...(ofPod === undefined ? {} : { second: secretObject(ofPod, { [`gateway.${name}`]: password }) }),
  };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
