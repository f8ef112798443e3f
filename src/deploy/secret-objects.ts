/** Secret values → the Secrets of a stack. Pure, and without Pulumi: `pulumi up` and the GitOps helper share it. */
import { createHash, createHmac } from 'node:crypto';
import { authorizationContents, METRICS_USER } from '../components/kit/authorization';
import { bucketCredentials, CREDENTIALS_FILE } from '../components/loki/bucket-credentials';
import { CANARY, COMPACTOR, GATEWAY, GRAFANA, LOKI, PART_OF, STACK } from '../components/kit/identity';
import { LDAP_FILE, ldapConfig } from '../components/grafana/ldap';
import { madeFiles } from '../components/external-secrets/made-file';
import {
  ALERTMANAGER_SECRET,
  credentials,
  credentialSecretName,
  GATEWAY_USERS_SECRET,
  GRAFANA_METRICS_SECRET,
  oauthProviders,
  receiverKeys,
  SECRETS_KEY,
  secretTable,
  type StackConfig,
} from '../config';
import { heartbeatKey, heartbeatSources } from '../config/heartbeat';
import { HEARTBEAT, PREVIOUS, RECEIVER, RECEIVER_CREDENTIALS, type SecretValues } from './secret-values';

/** One Secret with its values. Handle as a secret. */
export interface SecretObject {
  readonly name: string;
  readonly namespace: string;
  readonly stringData: Readonly<Record<string, string>>;
}

/** The Secrets of the table that are made from values, with their contents. The same values give the same Secrets, hashes included. */
export function secretObjects(config: StackConfig, values: SecretValues): readonly SecretObject[] {
  const value = (path: string): string => {
    const found = values[path];
    if (found === undefined) throw new Error(`No value for ${SECRETS_KEY}.${path}; call checkSecretValues first.`);
    return found;
  };
  const contents = {
    ...grafanaContents(config, value),
    ...gatewayContents(config, value, values),
    ...receiverContents(config, value),
  };
  const { storage } = config;
  if (storage.type === 's3' && storage.access.type === 'secret')
    contents[storage.access.secret] = {
      [CREDENTIALS_FILE]: bucketCredentials(value('s3.accessKeyId'), value('s3.secretAccessKey')),
    };
  return secretTable(config)
    .filter(({ madeBy }) => madeBy === 'secretSource')
    .map(({ name, namespace }) => ({ name, namespace, stringData: contents[name] ?? {} }));
}

type Contents = Record<string, Readonly<Record<string, string>>>;

function grafanaContents({ grafana }: StackConfig, value: (path: string) => string): Contents {
  const { login, database, smtp } = grafana;
  const { oauth, ldap } = login;
  return {
    [login.adminSecret]: { password: value('grafana.adminPassword'), secretKey: value('grafana.secretKey') },
    [GRAFANA_METRICS_SECRET]: authorizationContents(METRICS_USER, metricsPassword(value('grafana.secretKey'))),
    ...(oauth === undefined
      ? {}
      : {
          [oauth.secret]: Object.fromEntries(
            oauthProviders(oauth).map((provider) => [provider, value(`grafana.oauth.${provider}`)]),
          ),
        }),
    ...(ldap === undefined
      ? {}
      : {
          [ldap.bindSecret]: {
            [LDAP_FILE]: ldapConfig(ldap, value('grafana.ldapBindPassword')),
            ...(ldap.privateCa ? { 'ca.crt': value('grafana.ldapCa') } : {}),
          },
        }),
    ...(database.type === 'postgres'
      ? { [database.passwordSecret]: { password: value('grafana.databasePassword') } }
      : {}),
    ...(smtp?.user === undefined ? {} : { [smtp.passwordSecret]: { password: value('grafana.smtpPassword') } }),
  };
}

/** Nobody types it, so it is one secret less to keep: it follows from another one, which does not follow from it. */
function metricsPassword(secretKey: string): string {
  return createHmac('sha256', secretKey).update('metrics').digest('base64url').slice(0, 32);
}

function gatewayContents(config: StackConfig, value: (path: string) => string, values: SecretValues): Contents {
  const { auth, agent, grafana, canary } = config;
  if (!auth.loki.enabled) return {};
  const names = credentials(config).map(({ name }) => name);
  const line = (name: string, secret: string): string => `${credentialLine(name, secret)}\n`;
  const previous = names.flatMap((name) => {
    const secret = values[`${PREVIOUS}.${name}`];
    return secret === undefined ? [] : [line(name, secret)];
  });
  return {
    [GATEWAY_USERS_SECRET]: {
      users: names.map((name) => line(name, value(`gateway.${name}`))).join(''),
      previous: previous.join(''),
    },
    ...Object.fromEntries(
      [agent.credential, grafana.credential].map((name) => [
        credentialSecretName(name),
        { password: value(`gateway.${name}`) },
      ]),
    ),
    ...(canary === undefined
      ? {}
      : {
          [credentialSecretName(canary.credential)]: authorizationContents(
            canary.credential,
            value(`gateway.${canary.credential}`),
          ),
        }),
  };
}

function receiverContents(config: StackConfig, value: (path: string) => string): Contents {
  const { alertmanager } = config;
  if (alertmanager.type !== 'embedded') return {};
  const entries = alertmanager.receivers.flatMap((receiver): readonly (readonly [string, string])[] => {
    const { address, credentials: key } = receiverKeys(receiver);
    return [
      ...(address === undefined ? [] : [[address, value(`${RECEIVER}.${receiver.name}`)] as const]),
      ...(key === undefined ? [] : [[key, value(`${RECEIVER_CREDENTIALS}.${receiver.name}`)] as const]),
    ];
  });
  const heartbeat = heartbeatSources(config).map(
    (source) => [heartbeatKey(source), value(`${HEARTBEAT}.${source}`)] as const,
  );
  return { [ALERTMANAGER_SECRET]: Object.fromEntries([...entries, ...heartbeat]) };
}

/**
 * Workloads that read Secrets when they start, and so have to start anew when one changes → the Secrets. The agent reads its
 * password at every push, Alertmanager a receiver's at every message.
 */
function secretsReadAtStart({ grafana, storage, canary }: StackConfig): Readonly<Record<string, readonly string[]>> {
  const { login, database, smtp, credential } = grafana;
  const bucket = storage.type === 's3' && storage.access.type === 'secret' ? [storage.access.secret] : [];
  return {
    [GATEWAY.name]: [GATEWAY_USERS_SECRET],
    [GRAFANA.name]: [
      login.adminSecret,
      GRAFANA_METRICS_SECRET,
      credentialSecretName(credential),
      ...(login.oauth === undefined ? [] : [login.oauth.secret]),
      ...(login.ldap === undefined ? [] : [login.ldap.bindSecret]),
      ...(database.type === 'postgres' ? [database.passwordSecret] : []),
      ...(smtp === undefined ? [] : [smtp.passwordSecret]),
    ],
    ...(canary === undefined ? {} : { [CANARY.name]: [credentialSecretName(canary.credential)] }),
    [LOKI.name]: bucket,
    [COMPACTOR.name]: bucket,
  };
}

/**
 * What a workload's pods carry so that they roll when a Secret which they read at their start changes. Keyed with
 * `grafana.secretKey`: whoever reads it cannot try passwords against it.
 *
 * @returns undefined for a workload that reads none.
 */
export function secretHash(config: StackConfig, values: SecretValues, workload: string): string | undefined {
  const names = secretsReadAtStart(config)[workload] ?? [];
  const read = secretObjects(config, values).filter(
    ({ name, namespace }) => namespace === config.namespaces.logging && names.includes(name),
  );
  if (read.length === 0) return undefined;
  return createHmac('sha256', values['grafana.secretKey'] ?? '')
    .update(JSON.stringify([workload, read]))
    .digest('hex')
    .slice(0, 16);
}

/** The Secrets as objects for `kubectl apply`. */
export function secretManifests(config: StackConfig, values: SecretValues): readonly object[] {
  return secretObjects(config, values).map(secretManifest);
}

/** A Secret as an object for `kubectl apply`. */
export function secretManifest({ name, namespace, stringData }: SecretObject): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { [PART_OF]: STACK } },
    stringData,
  };
}

/**
 * The Secrets as entries of an external store, for whoever fills one.
 *
 * @returns name of the entry → its properties, as the rendered ExternalSecrets ask for them.
 */
export function storeEntries(config: StackConfig, values: SecretValues): Readonly<Record<string, object>> {
  return Object.fromEntries(
    secretObjects(config, values).map((secret) => [
      storeEntryName(config, secret.name),
      storeProperties(config, secret, values),
    ]),
  );
}

/** What of a Secret a store holds: in the place of a file that the operator makes, the values that it is made of. */
export function storeProperties(
  config: StackConfig,
  { name, stringData }: SecretObject,
  values: SecretValues,
): Readonly<Record<string, string | undefined>> {
  const made = madeFiles(config).get(name);
  return Object.fromEntries(
    Object.entries(stringData).flatMap(([key, contents]): readonly (readonly [string, string | undefined])[] =>
      key === made?.key
        ? Object.entries(made.properties).map(([property, path]) => [property, values[path]] as const)
        : [[key, contents] as const],
    ),
  );
}

/** Name of the entry of an external store that a Secret is made from. */
export function storeEntryName({ secretSource: source }: StackConfig, secret: string): string {
  return source.type === 'externalSecrets' ? `${source.prefix}/${secret}` : secret;
}

/**
 * A line of an htpasswd file: salted SHA-1, which every nginx verifies in microseconds. Enough for random credentials,
 * and only for those. The salt follows from the credential, so that two runs make the same Secret.
 */
export function credentialLine(name: string, secret: string): string {
  const salt = createHmac('sha256', secret).update(name).digest().subarray(0, 16);
  const digest = createHash('sha1').update(secret).update(salt).digest();
  return `${name}:{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}
