/** Secret values: which a stack needs, what they have to be, and fresh ones. Pure, and without Pulumi. */
import { randomBytes } from 'node:crypto';
import {
  ConfigError,
  credentials,
  oauthProviders,
  type Problem,
  PROJECT,
  type Receiver,
  receiverKeys,
  SECRETS_KEY,
  type StackConfig,
} from '../config';
import { heartbeatSources } from '../config/heartbeat';
import { closest } from '../config/suggest';

/** `gateway.promtail` → value. The paths are listed in docs/reference/secrets.md. */
export type SecretValues = Readonly<Record<string, string>>;

interface RequiredSecret {
  /** Below `spywatcher-logs:secrets`. */
  readonly path: string;
  readonly rule: string;
  readonly accepts: (value: string, environment: StackConfig['environment']) => boolean;
  /** False for what somebody else hands out: the keys of a bucket, the password of a database. */
  readonly generated: boolean;
  /** False for what may be there and need not. @default true */
  readonly required?: boolean;
}

/** nginx verifies a credential on every request, so its hash is a fast one; that is safe for random ones of this size. */
const CREDENTIAL_BITS = 128;
const PROD_PASSWORD_LENGTH = 12;
/** Of these people make credentials. */
const WORDS = ['password', 'secret', 'changeme', 'grafana', 'promtail', 'spywatcher'];
const DEFAULT_PASSWORDS = ['admin', 'password', 'grafana', 'changeme', 'secret', 'spywatcher', 'prom-operator'];
/** Grafana's own default, known to everyone. */
const DEFAULT_SECRET_KEY = 'SW2YcwTIb9zpOOhoPsMm';

/** Every secret that a stack's owner has to provide or may provide, by path. */
export function requiredSecrets(config: StackConfig): readonly RequiredSecret[] {
  return [...grafanaValues(config), ...gatewayValues(config), ...bucketValues(config), ...receiverValues(config)];
}

function grafanaValues({ grafana: { login, database, smtp } }: StackConfig): readonly RequiredSecret[] {
  const { oauth, ldap } = login;
  return [
    password('grafana.adminPassword', true),
    {
      path: 'grafana.secretKey',
      rule: 'at least 16 characters; in prod not Grafana’s own default, and without a pattern',
      accepts: (value, environment) =>
        value.length >= 16 && !(environment === 'prod' && (value === DEFAULT_SECRET_KEY || hasPattern(value))),
      generated: true,
    } satisfies RequiredSecret,
    ...(oauth === undefined ? [] : oauthProviders(oauth).map((provider) => handedOut(`grafana.oauth.${provider}`))),
    ...(ldap === undefined ? [] : [password('grafana.ldapBindPassword', false)]),
    ...(database.type === 'postgres' ? [password('grafana.databasePassword', false)] : []),
    ...(smtp?.user === undefined ? [] : [password('grafana.smtpPassword', false)]),
  ]
    .map(readableForGrafana)
    .concat(
      ldap?.privateCa === true
        ? {
            path: 'grafana.ldapCa',
            rule: 'a certificate in PEM',
            accepts: (value) => /^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\s*$/.test(value),
            generated: false,
          }
        : [],
    );
}

/** Grafana looks for variables in all of its settings, in those that are secrets too, and cuts off blanks around what it reads of a file. */
function readableForGrafana(secret: RequiredSecret): RequiredSecret {
  return {
    ...secret,
    rule: `${secret.rule}; without \${ and $__, in which Grafana would look for a variable, and without blanks around it`,
    accepts: (value, environment) =>
      secret.accepts(value, environment) && !/\$\{|\$__/.test(value) && value === value.trim(),
  };
}

/** A password that people choose. Of one that somebody else hands out, only the defaults are refused. */
function password(path: string, generated: boolean): RequiredSecret {
  return {
    path,
    rule: generated
      ? `not empty; in prod at least ${PROD_PASSWORD_LENGTH} characters and no default password`
      : 'not empty; in prod no default password',
    accepts: (value, environment) => isStrong(value, environment, generated ? PROD_PASSWORD_LENGTH : 1),
    generated,
  };
}

function handedOut(path: string): RequiredSecret {
  return { path, rule: 'not empty', accepts: (value) => value.length > 0, generated: false };
}

function isStrong(value: string, environment: StackConfig['environment'], length: number): boolean {
  return value.length > 0 && (environment !== 'prod' || (value.length >= length && !isDefaultPassword(value)));
}

/** One for each credential, and the one before it while both count. */
function gatewayValues(config: StackConfig): readonly RequiredSecret[] {
  if (!config.auth.loki.enabled) return [];
  return credentials(config).flatMap(({ name }) => [
    { path: `gateway.${name}`, rule: CREDENTIAL_RULE, accepts: isCredential, generated: true },
    { path: `${PREVIOUS}.${name}`, rule: CREDENTIAL_RULE, accepts: isCredential, generated: false, required: false },
  ]);
}

function bucketValues({ storage }: StackConfig): readonly RequiredSecret[] {
  return storage.type === 's3' && storage.access.type === 'secret'
    ? ['s3.accessKeyId', 's3.secretAccessKey'].map((path) => ({
        path,
        // They stand in a file, which has its own letters for the end of a value and the beginning of a comment.
        rule: 'not empty, without blanks and quotes',
        accepts: (value) => /^[^\s"']+$/.test(value),
        generated: false,
      }))
    : [];
}

/** What opens the receivers of alerts; each is handed out by whom it belongs to. */
function receiverValues(config: StackConfig): readonly RequiredSecret[] {
  const { alertmanager } = config;
  if (alertmanager.type !== 'embedded') return [];
  const ofReceivers = alertmanager.receivers.flatMap((receiver) => {
    const { address, credentials: key } = receiverKeys(receiver);
    const { name, type } = receiver;
    return [
      ...(address === undefined || type === 'email'
        ? []
        : [{ path: `${RECEIVER}.${name}`, ...ADDRESSES[type], generated: false }]),
      ...(key === undefined ? [] : [handedOut(`${RECEIVER_CREDENTIALS}.${name}`)]),
    ];
  });
  const ofHeartbeat = heartbeatSources(config).map((source) => ({
    path: `${HEARTBEAT}.${source}`,
    ...ADDRESSES.webhook,
    generated: false,
  }));
  return [...ofReceivers, ...ofHeartbeat];
}

/** URLs of receivers, and of PagerDuty the key. */
export const RECEIVER = 'alertmanager';
/** URLs of the outside service that misses the heartbeat. */
export const HEARTBEAT = 'heartbeat';
/** What is sent to receivers along with the message. */
export const RECEIVER_CREDENTIALS = 'alertmanagerCredentials';

const isUrl = (value: string, protocol: string, host: RegExp, path = /^/): boolean => {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === protocol && url.port === '' && host.test(url.hostname) && path.test(url.pathname);
};

/** Of Discord and Slack the form is known: what has another one is some other URL, copied by mistake. */
const ADDRESSES: Readonly<Record<Exclude<Receiver['type'], 'email'>, Pick<RequiredSecret, 'rule' | 'accepts'>>> = {
  discord: {
    rule: 'the URL of a webhook of Discord: https://discord.com/api/webhooks/<id>/<token>',
    accepts: (value) =>
      isUrl(value, 'https:', /^((ptb|canary)\.)?discord(app)?\.com$/, /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+$/),
  },
  slack: {
    rule: 'the URL of an incoming webhook of Slack: https://hooks.slack.com/services/…',
    accepts: (value) => isUrl(value, 'https:', /^hooks\.slack(-gov)?\.com$/, /^\/[\w-]+\/./),
  },
  webhook: {
    rule: 'a URL with https; with http only to a Service of the cluster (….svc)',
    accepts: (value) => {
      if (/\s/.test(value) || !URL.canParse(value)) return false;
      const { protocol, hostname } = new URL(value);
      return protocol === 'https:' || (protocol === 'http:' && /\.svc(\.cluster\.local)?\.?$/.test(hostname));
    },
  },
  pagerduty: {
    rule: 'an integration key of PagerDuty’s Events API v2: 32 letters and digits',
    accepts: (value) => /^[A-Za-z0-9]{32}$/.test(value),
  },
};

/** Passwords that a rotation has replaced, and that count for as long as they are set. */
export const PREVIOUS = 'gatewayPrevious';
const CREDENTIAL_RULE = `a generated credential of at least ${CREDENTIAL_BITS} bits, for example from: openssl rand -hex 16`;

/** What generators write: bits of a letter, and what a random text of that length as good as certainly has. */
const GENERATED: readonly { readonly letters: RegExp; readonly bits: number; readonly has: readonly RegExp[] }[] = [
  { letters: /^(?:[0-9a-f]+|[0-9A-F]+)$/, bits: 4, has: [/[0-9]/, /[a-f]/i] },
  { letters: /^(?:[0-9a-z]+|[0-9A-Z]+)$/, bits: Math.log2(36), has: [/[0-9]/, /[a-z]/i] },
  { letters: /^[0-9A-Za-z+/_-]+={0,2}$/, bits: 6, has: [/[a-z]/, /[A-Z]/] },
];

/** Letters that every HTTP client and every htpasswd file takes, as many as 128 bits need, and none of what people make up. */
function isCredential(value: string): boolean {
  const alphabet = GENERATED.find(({ letters }) => letters.test(value));
  return (
    alphabet !== undefined &&
    value.replace(/=+$/, '').length * alphabet.bits >= CREDENTIAL_BITS &&
    alphabet.has.every((expected) => expected.test(value)) &&
    !hasPattern(value) &&
    !WORDS.some((word) => value.toLowerCase().includes(word))
  );
}

/** Eight letters that come again, or six that follow each other as in the alphabet or are the same. */
function hasPattern(value: string): boolean {
  const codes = Array.from(value, (letter) => letter.charCodeAt(0));
  const isRun = (step: number): boolean =>
    codes.some(
      (_, at) => at >= 5 && [0, 1, 2, 3, 4].every((back) => codes[at - back] === (codes[at - back - 1] ?? 0) + step),
    );
  return /(.{8}).*\1/.test(value) || [-1, 0, 1].some(isRun);
}

/**
 * Checks values, where they are known.
 *
 * @param stillUnknown - paths whose values come later (outputs of other resources).
 * @param stack - the stack whose config they are; the command names it, because another one may be selected.
 * @throws ConfigError with every missing, refused or unknown one and the command that mends it; never with a value.
 */
export function checkSecretValues(
  source: string,
  config: StackConfig,
  values: SecretValues,
  stillUnknown: readonly string[] = [],
  stack?: string,
): void {
  const option = stack === undefined ? '' : ` --stack ${stack}`;
  const command = (verb: string, path: string): string =>
    `pulumi config ${verb} --path '${PROJECT}:${SECRETS_KEY}.${path}'${option}`;
  const { type } = config.secretSource;
  // What is not used is not taken: somebody believes that it counts.
  const known = type === 'pulumi' ? requiredSecrets(config) : [];
  const problems = known.flatMap(({ path, rule, accepts, required = true }): readonly Problem[] => {
    const value = values[path];
    if (stillUnknown.includes(path) || (value === undefined && !required)) return [];
    if (value !== undefined && accepts(value, config.environment)) return [];
    return [
      {
        path: `${SECRETS_KEY}.${path}`,
        received: value === undefined ? '(missing)' : '(a refused value, not shown)',
        rule,
        remedy: command('set --secret', path),
      },
    ];
  });
  const paths = known.map(({ path }) => path);
  const unknown = [...Object.keys(values), ...stillUnknown]
    .filter((path) => !paths.includes(path))
    .map((path): Problem => {
      const similar = closest(path, paths);
      return {
        path: `${SECRETS_KEY}.${path}`,
        received: '(not shown)',
        rule: type === 'pulumi' ? 'the name of a secret that this stack has' : `none, with secretSource.type: ${type}`,
        remedy: `${similar === undefined ? '' : `did you mean ${similar}? `}${command('rm', path)}`,
      };
    });
  const again = [...repeatedCredentials(config, values), ...repeatedHeartbeats(config, values)].map(
    ({ path, first }): Problem => ({
      path: `${SECRETS_KEY}.${path}`,
      received: '(not shown)',
      rule: `another value than ${first}`,
      remedy: command(path.startsWith(PREVIOUS) ? 'rm' : 'set --secret', path),
    }),
  );
  const late = isRotatingAgent(config, values) && config.deploy.skipAwait.includes('gateway') ? [UNAWAITED] : [];
  const all = [...problems, ...unknown, ...again, ...late];
  if (all.length > 0) throw new ConfigError(source, all);
}

/** The agent would get its new password before the gateway knows it. */
const UNAWAITED: Problem = {
  path: 'deploy.skipAwait',
  received: '"gateway"',
  rule: 'not the gateway, while the agent’s password is rotated: it learns the new one first',
  remedy: 'remove gateway from deploy.skipAwait for this pulumi up',
};

/** Credentials with the password of another one, or of the time before: one that leaks opens the other. */
function repeatedCredentials(
  config: StackConfig,
  values: SecretValues,
): readonly { readonly path: string; readonly first: string }[] {
  const firstWith = new Map<string, string>();
  return ['gateway', PREVIOUS].flatMap((kind) =>
    credentials(config).flatMap(({ name }) => {
      const path = `${kind}.${name}`;
      const value = values[path];
      const first = value === undefined ? undefined : firstWith.get(value);
      if (value !== undefined && first === undefined) firstWith.set(value, path);
      return first === undefined ? [] : [{ path, first }];
    }),
  );
}

/** One that is alive would hide that another one is not. */
function repeatedHeartbeats(
  config: StackConfig,
  values: SecretValues,
): readonly { readonly path: string; readonly first: string }[] {
  const paths = heartbeatSources(config).map((source) => `${HEARTBEAT}.${source}`);
  return paths.flatMap((path, index) => {
    const first = paths.slice(0, index).find((other) => values[other] !== undefined && values[other] === values[path]);
    return first === undefined ? [] : [{ path, first }];
  });
}

/** Whether the agent's password is being rotated: the one before still counts. */
export function isRotatingAgent({ agent }: StackConfig, values: Readonly<Record<string, unknown>>): boolean {
  return values[`${PREVIOUS}.${agent.credential}`] !== undefined;
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

function isDefaultPassword(value: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return DEFAULT_PASSWORDS.some((known) => letters(value) === letters(known));
}
