/** Keys of the table's rows: what each of them holds, of which values it is made, and what reads it. */
import {
  alsoKeys,
  credentials,
  type FurtherDestination,
  type Receiver,
  receiverKeys,
  SECRETS_KEY,
  type StackConfig,
} from '../config';
import { AUTHORIZATION_FILE, authorizationLine, authorizationTemplate } from './authorization';
import { credentialLine } from './hashes';
import { LDAP_FILE, ldapConfig, ldapConfigTemplate } from './ldap-config';
import type { Reader, SecretKey, SecretValue, SecretValues } from './row';
import { ADDRESSES, PUSHOVER_TOKEN } from './receiver-rules';
import * as rules from './rules';

/** Passwords that a rotation has replaced, and that count for as long as they are set. */
export const PREVIOUS = 'gatewayPrevious';
/** What reads a key when it starts alone, and what reads it again. */
export const atStart = (...workloads: readonly Reader['workload'][]): readonly Reader[] =>
  workloads.map((workload) => ({ workload, atStart: true }));
export const whileRunning = (...workloads: readonly Reader['workload'][]): readonly Reader[] =>
  workloads.map((workload) => ({ workload, atStart: false }));

const LDAP_PASSWORD = handedOut('grafana.ldapBindPassword', rules.readableForGrafana(rules.PASSWORD));

/** A key, and the values that it is made of. */
export function key(name: string, holds: string, ...values: readonly SecretValue[]): SecretKey {
  return { key: name, holds, values };
}

/** A password, and the line with which an nginx adds it to requests. */
export function withAuthorization(user: string, password: SecretKey): readonly SecretKey[] {
  return [
    password,
    {
      ...key(AUTHORIZATION_FILE, 'line of nginx’ configuration that adds it to a request', ...password.values),
      contents: (values) => authorizationLine(user, contentsOf(password, values)),
      made: { properties: {}, template: authorizationTemplate(user) },
    },
  ];
}

export function ldapKeys(ldap: NonNullable<StackConfig['grafana']['login']['ldap']>): readonly SecretKey[] {
  const file: SecretKey = {
    ...key(LDAP_FILE, 'Grafana’s LDAP config, with the password that it searches with', LDAP_PASSWORD),
    contents: (values) => ldapConfig(ldap, valueOf(values, LDAP_PASSWORD)),
    made: { properties: { bindPassword: LDAP_PASSWORD.path }, template: ldapConfigTemplate(ldap, 'bindPassword') },
  };
  const ca: SecretKey = {
    ...key('ca.crt', 'certificate of the CA of the LDAP server', handedOut('grafana.ldapCa', rules.CERTIFICATE)),
    neededWith: 'grafana.login.ldap.privateCa',
  };
  return ldap.privateCa ? [file, ca] : [file];
}

/** Lines of the credentials that have such a password. */
export function htpasswd(
  config: StackConfig,
  name: string,
  holds: string,
  valueFor: (credential: string) => SecretValue,
): SecretKey {
  const all = credentials(config).map((credential) => ({ name: credential.name, value: valueFor(credential.name) }));
  return {
    ...key(name, holds, ...all.map(({ value }) => value)),
    contents: (values) =>
      all
        .filter(({ value: { path, required = true } }) => required || values[path] !== undefined)
        .map((one) => `${credentialLine(one.name, valueOf(values, one.value))}\n`)
        .join(''),
  };
}

/** Types whose file Alertmanager reads once, and not at each message. */
const READ_AT_START: readonly Receiver['type'][] = ['rocketchat', 'incidentio'];

/** What opens a receiver of alerts; it is handed out by whom the receiver belongs to. */
export function receiverSecrets(receiver: Receiver): readonly SecretKey[] {
  const { address, credentials: credentialsKey } = receiverKeys(receiver);
  const { name, type } = receiver;
  const keys: SecretKey[] = [];
  if (address !== undefined && type !== 'email') {
    keys.push({
      ...key(address, `URL, key or token of receiver ${name}`, handedOut(`alertmanager.${name}`, ADDRESSES[type])),
      neededWith: `alertmanager.receivers: ${type}`,
      ...(READ_AT_START.includes(type) ? { readBy: atStart('alertmanager') } : {}),
    });
  }
  if (credentialsKey !== undefined) {
    const password = {
      ...handedOut(`alertmanagerCredentials.${name}`, type === 'pushover' ? PUSHOVER_TOKEN : rules.HANDED_OUT),
      variable: `${variableOf(`alertmanager.${name}`)}_CREDENTIALS`,
    };
    const option = type === 'email' ? ' with user' : type === 'webhook' ? ' with auth' : '';
    keys.push({
      ...key(credentialsKey, `password or token of receiver ${name}`, password),
      neededWith: `alertmanager.receivers: ${type}${option}`,
    });
  }
  return keys;
}

/** What a further destination asks for, and the CA that vouches for it. */
export function alsoSecrets(destination: FurtherDestination): readonly SecretKey[] {
  const { name } = destination;
  const { password, ca } = alsoKeys(destination);
  const path = `agent.also.${name}`;
  return [
    ...(password === undefined
      ? []
      : [
          {
            ...key(
              password,
              `password of further destination ${name}`,
              handedOut(`${path}.password`, rules.withoutBlanksAround(rules.HANDED_OUT)),
            ),
            neededWith: 'agent.also (user)',
          },
        ]),
    ...(ca === undefined
      ? []
      : [
          {
            ...key(
              ca,
              `certificate of the CA of further destination ${name}`,
              handedOut(`${path}.ca`, rules.CERTIFICATE),
            ),
            neededWith: 'agent.also (privateCa)',
            readBy: atStart('collector'),
          },
        ]),
  ];
}

/** Each credential's password. */
export function passwordOf(credential: string): SecretValue {
  return generated(`gateway.${credential}`, rules.CREDENTIAL);
}

/** The password of a credential that another stack's gateway knows: who runs that stack hands it out. */
export function passwordElsewhere(credential: string): SecretValue {
  return handedOut(`gateway.${credential}`, rules.CREDENTIAL);
}

/** The one before it, while both count. */
export function previousOf(credential: string): SecretValue {
  return { ...rules.CREDENTIAL, path: `${PREVIOUS}.${credential}`, generated: false, required: false };
}

export function generated(path: string, rule: rules.ValueRule): SecretValue {
  return { ...rule, path, generated: true };
}

export function handedOut(path: string, rule: rules.ValueRule): SecretValue {
  return { ...rule, path, generated: false, variable: variableOf(path) };
}

/** `s3.accessKeyId` → `S3_ACCESS_KEY_ID`. */
function variableOf(path: string): string {
  return path.replaceAll(/[A-Z]/g, '_$&').replaceAll(/[.-]/g, '_').toUpperCase();
}

/** @throws Error for a value that is not there */
export function valueOf(values: SecretValues, { path }: SecretValue): string {
  const found = values[path];
  if (found === undefined) throw new Error(`No value for ${SECRETS_KEY}.${path}; call checkSecretValues first.`);
  return found;
}

/** What a key holds in a Secret that is made from values. */
export function contentsOf({ values: [value], contents }: SecretKey, values: SecretValues): string {
  if (contents !== undefined) return contents(values);
  return value === undefined ? '' : valueOf(values, value);
}

/** Whether a Secret may do without a key: there need not be a value for it. */
export function isOptional({ values }: SecretKey): boolean {
  return values.length > 0 && values.every(({ required = true }) => !required);
}
