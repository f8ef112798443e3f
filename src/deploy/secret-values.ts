/** Secret values → the Secrets of a stack. Pure, and without Pulumi: `pulumi up` and the GitOps helper share it. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  ConfigError,
  credentialSecretName,
  GATEWAY_USERS_SECRET,
  type Problem,
  PROJECT,
  SECRETS_KEY,
  secretTable,
  type StackConfig,
} from '../config';

/** `gateway.promtail` → value. The paths are listed in docs/reference/config.md. */
export type SecretValues = Readonly<Record<string, string>>;

/** One Secret with its values. Handle as a secret. */
export interface SecretObject {
  readonly name: string;
  readonly namespace: string;
  readonly stringData: Readonly<Record<string, string>>;
}

interface RequiredSecret {
  /** Below `spywatcher-logs:secrets`. */
  readonly path: string;
  readonly rule: string;
  readonly accepts: (value: string, environment: StackConfig['environment']) => boolean;
  /** False for what somebody else hands out (the keys of a bucket). */
  readonly generated: boolean;
}

/** A credential is hashed with a fast hash, because nginx verifies it on every request; 22 letters of base64 hold the 128 bits that make that safe. */
const CREDENTIAL_LENGTH = 22;
const PROD_PASSWORD_LENGTH = 12;
const DEFAULT_PASSWORDS = ['admin', 'password', 'grafana', 'changeme', 'secret', 'spywatcher', 'prom-operator'];

/** What a stack's owner has to provide, by path. */
export function requiredSecrets({ auth, grafana, storage, agent }: StackConfig): readonly RequiredSecret[] {
  const filled = (value: string): boolean => value.length > 0;
  return [
    {
      path: 'grafana.adminPassword',
      rule: `not empty; in prod at least ${PROD_PASSWORD_LENGTH} characters and no default password`,
      accepts: (value, environment) =>
        filled(value) &&
        (environment !== 'prod' || (value.length >= PROD_PASSWORD_LENGTH && !isDefaultPassword(value))),
      generated: true,
    },
    {
      path: 'grafana.secretKey',
      rule: 'at least 16 characters',
      accepts: (value) => value.length >= 16,
      generated: true,
    },
    ...(auth.loki.enabled
      ? [
          ...new Set([
            agent.credential,
            grafana.credential,
            ...auth.loki.tenants.flatMap(({ write, read }) => [...write, ...read]),
          ]),
        ].map((credential) => ({
          path: `gateway.${credential}`,
          rule: `a generated credential of at least ${CREDENTIAL_LENGTH} characters, for example from: openssl rand -hex 16`,
          accepts: (value: string) => value.length >= CREDENTIAL_LENGTH && new Set(value).size >= 8,
          generated: true,
        }))
      : []),
    ...(storage.type === 's3'
      ? ['s3.accessKeyId', 's3.secretAccessKey'].map((path) => ({
          path,
          rule: 'not empty',
          accepts: filled,
          generated: false,
        }))
      : []),
  ];
}

/**
 * Checks values, where they are known.
 *
 * @param stillUnknown - paths whose values come later (outputs of other resources).
 * @param stack - the stack whose config they are; the command names it, because another one may be selected.
 * @throws ConfigError with every missing or refused one and the command that sets it; never with a value.
 */
export function checkSecretValues(
  source: string,
  config: StackConfig,
  values: SecretValues,
  stillUnknown: readonly string[] = [],
  stack?: string,
): void {
  const option = stack === undefined ? '' : ` --stack ${stack}`;
  const problems = requiredSecrets(config).flatMap(({ path, rule, accepts }): readonly Problem[] => {
    if (stillUnknown.includes(path)) return [];
    const value = values[path];
    if (value !== undefined && accepts(value, config.environment)) return [];
    return [
      {
        path: `${SECRETS_KEY}.${path}`,
        received: value === undefined ? '(missing)' : '(a refused value, not shown)',
        rule,
        remedy: `pulumi config set --secret --path '${PROJECT}:${SECRETS_KEY}.${path}'${option}`,
      },
    ];
  });
  if (problems.length > 0) throw new ConfigError(source, problems);
}

/** The Secrets of the table with their contents. The same values give the same Secrets, hashes included. */
export function secretObjects(config: StackConfig, values: SecretValues): readonly SecretObject[] {
  const value = (path: string): string => {
    const found = values[path];
    if (found === undefined) throw new Error(`No value for ${SECRETS_KEY}.${path}; call checkSecretValues first.`);
    return found;
  };
  const { auth, grafana, agent, storage } = config;
  const contents: Record<string, Readonly<Record<string, string>>> = {
    [grafana.login.adminSecret]: { password: value('grafana.adminPassword'), secretKey: value('grafana.secretKey') },
  };
  if (auth.loki.enabled) {
    const users = (kind: 'write' | 'read'): string =>
      auth.loki.tenants
        .flatMap((tenant) => tenant[kind])
        .map((name) => `${name}:${credentialHash(name, value(`gateway.${name}`))}\n`)
        .join('');
    contents[GATEWAY_USERS_SECRET] = { write: users('write'), read: users('read') };
    for (const name of [agent.credential, grafana.credential])
      contents[credentialSecretName(name)] = { password: value(`gateway.${name}`) };
  }
  if (storage.type === 's3')
    contents[storage.credentialsSecret] = {
      accessKeyId: value('s3.accessKeyId'),
      secretAccessKey: value('s3.secretAccessKey'),
    };
  return secretTable(config).map(({ name, namespace }) => ({ name, namespace, stringData: contents[name] ?? {} }));
}

/** The Secrets as objects for `kubectl apply`. */
export function secretManifests(config: StackConfig, values: SecretValues): readonly object[] {
  return secretObjects(config, values).map(({ name, namespace, stringData }) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'spywatcher-logs' } },
    stringData,
  }));
}

/**
 * Fresh random values for everything that can be generated. To be called once and kept: a program that called it in every
 * run would change every password in every run.
 */
export function generateSecretValues(config: StackConfig): SecretValues {
  return Object.fromEntries(
    requiredSecrets(config).flatMap(({ path, generated }) =>
      generated ? [[path, randomBytes(24).toString('base64url')]] : [],
    ),
  );
}

/** `{ gateway: { promtail: 'x' } }` → `{ 'gateway.promtail': 'x' }`. Leaves that are no strings are left out. */
export function flattenSecrets(tree: unknown, prefix = ''): SecretValues {
  if (typeof tree !== 'object' || tree === null) return {};
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, string][] =>
      typeof value === 'string'
        ? [[`${prefix}${key}`, value]]
        : Object.entries(flattenSecrets(value, `${prefix}${key}.`)),
    ),
  );
}

/**
 * A line of an htpasswd file: salted SHA-1, which every nginx verifies in microseconds. Enough for random credentials,
 * and only for those. The salt follows from the credential, so that two runs make the same Secret.
 */
function credentialHash(name: string, password: string): string {
  const salt = createHmac('sha256', password).update(name).digest().subarray(0, 16);
  const digest = createHash('sha1').update(password).update(salt).digest();
  return `{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}

function isDefaultPassword(value: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return DEFAULT_PASSWORDS.some((known) => letters(value) === letters(known));
}
