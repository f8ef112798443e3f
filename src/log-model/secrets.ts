/**
 * What must not be in a log: secrets and personal data, by the name of their field and by their own form. The logger takes
 * them out where a record is made; the agent does it again for sources that do not use the logger.
 *
 * Expressions are written in what JavaScript and RE2 have in common: no look-around, no back-references.
 */

/** Stands where a secret was. */
export const REDACTED = '[REDACTED]';

/** Names whose value is secret, also as a part of a longer name: `dbPassword`, `password_hash`. */
const SECRET_WORDS = 'passw(?:or)?d|passphrase|secret';
/** Names whose value is secret when a name ends so: `accessToken`, `X-Api-Key`, but not `tokenType`. */
const SECRET_ENDINGS =
  'pwd|jwts?|tokens?|api[-_]?keys?|access[-_]?keys?|private[-_]?keys?|authorization|cookies?|credentials?|webhook(?:[-_]?url)?|e-?mails?(?:[-_]?address(?:es)?)?';
/** Of no use to a thief, but told to nobody all the same. As a word in a sentence it is too common to be taken out. */
const SCOPES = 'scopes?';

const secretField = new RegExp(`(?:${SECRET_WORDS})|(?:${SECRET_ENDINGS}|${SCOPES})$`, 'i');

/** Whether a field of this name holds a secret. */
export function isSecretField(name: string): boolean {
  return secretField.test(name);
}

/** A secret that is known by its form or by what stands before it. Expressions have no capture groups and ignore case. */
export interface SecretPattern {
  readonly kind: string;
  /** Lower case; every match contains one of them. Looked for first, because that is cheap. None: no word can say it. */
  readonly triggers: readonly string[];
  /** The triggers in the one spelling that they have, where they have only one. @default - any spelling */
  readonly exact?: readonly string[];
  /** Stays. */
  readonly before: string;
  /** Is replaced. */
  readonly secret: string;
  /** Stays. @default - nothing */
  readonly after?: string;
  /** What the secret is replaced with. @default {@link REDACTED} */
  readonly replacement?: string;
}

const NAME_TRIGGERS = [
  'passw',
  'passphrase',
  'secret',
  'pwd',
  'jwt',
  'token',
  'api_key',
  'api-key',
  'apikey',
  'access_key',
  'access-key',
  'accesskey',
  'private_key',
  'private-key',
  'privatekey',
  'authorization',
  'cookie',
  'credential',
  'webhook',
  'mail',
];
const NAME = `(?:(?:${SECRET_WORDS})[\\w-]{0,32}|(?:${SECRET_ENDINGS}))`;
const IN_JSON = `(?:${NAME}|"${SCOPES})\\\\*"\\s{0,8}:\\s{0,8}`;
/** Between a name and its value. The bracket is that of `user[password]=`. */
const ASSIGNMENT = '(?:\\]|%5d|%22)?[ \\t]{0,8}(?::|=>?|%3d|%3a)[ \\t]{0,8}(?:%22)?';
const ASSIGNED = `${NAME}["']?${ASSIGNMENT}`;

/** In the order in which they are applied. */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    kind: 'private key',
    triggers: ['private key-----'],
    exact: ['PRIVATE KEY-----'],
    before: '-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----',
    secret: '[^"\'<>]+?',
    after: '(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----|["\'<>]|$)',
  },
  {
    kind: 'password in a URL',
    triggers: ['@'],
    before: '://[^\\s/:@"\'\\\\]{0,64}:',
    secret: '[^\\s/@"\'\\\\]+',
    after: '@',
  },
  {
    kind: 'Discord webhook',
    triggers: ['/webhooks/'],
    exact: ['/webhooks/'],
    before: '/webhooks/[0-9]+/',
    secret: '[\\w-]+',
  },
  {
    kind: 'JSON Web Token',
    triggers: ['eyj'],
    exact: ['eyJ'],
    before: '',
    // What must follow would have to be looked for from each of many beginnings: nothing must.
    secret: '\\beyJ[\\w-]{16,}(?:\\.[\\w-]*)*',
  },
  {
    kind: 'Discord bot token',
    triggers: [],
    // The first digits of an id in base64.
    exact: ['mfa.', 'MT', 'Mj', 'Mz', 'ND', 'NT', 'Nj', 'Nz', 'OD', 'OT'],
    before: '',
    secret: '\\b(?:mfa\\.[\\w-]{20,}|[MNO][\\w-]{22,27}\\.[\\w-]{6,7}\\.[\\w-]{27,})',
  },
  {
    kind: 'API key of a known form',
    triggers: [
      'ghp_',
      'gho_',
      'ghu_',
      'ghs_',
      'ghr_',
      'github_pat_',
      'glpat-',
      'npm_',
      'sk_',
      'sk-',
      'rk_',
      'rk-',
      'xox',
      'akia',
      'aiza',
    ],
    before: '',
    secret:
      '\\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\\w{20,}|glpat-[\\w-]{20,}|npm_[A-Za-z0-9]{30,}|[sr]k[-_](?:live|test|proj|ant)[-_][\\w-]{16,}|xox[a-z]-[\\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\\w-]{35})',
  },
  {
    kind: 'credential of an HTTP scheme',
    triggers: ['bearer', 'basic', 'bot ', 'bot%20', 'bot+'],
    before: '\\b(?:bearer|basic|bot)(?: |%20|\\+){1,4}',
    // Shorter ones are told from words by the end of their base64.
    secret: '(?:[\\w.~+/=-]{16,}|[\\w+/-]{4,15}={1,2})',
  },
  // To the end of the header: it may hold several.
  {
    kind: 'cookie or authorization header',
    triggers: ['cookie', 'authorization'],
    before: '(?:cookie:|authorization[ \\t]{0,8}[:=])[ \\t]{0,8}',
    secret: '[^\\s"\'\\\\][^\\r\\n"\'\\\\]*',
  },
  {
    kind: 'secret in single quotes',
    triggers: NAME_TRIGGERS,
    // Also SQL: ALTER ROLE … PASSWORD '…'
    before: `(?:${ASSIGNED}|password\\s{1,8})'`,
    secret: "(?:[^'\\\\]|\\\\.|'')+",
  },
  {
    kind: 'secret in double quotes',
    triggers: [...NAME_TRIGGERS, 'scope'],
    before: `(?:${IN_JSON}|${ASSIGNED})"`,
    secret: '(?:[^"\\\\]|\\\\.)+',
  },
  {
    kind: 'secret in JSON inside of a JSON string',
    triggers: [...NAME_TRIGGERS, 'scope'],
    before: `${IN_JSON}\\\\+"`,
    secret: '(?:[^"\\\\]|\\\\+[^"\\\\])+',
  },
  {
    kind: 'secret number in JSON',
    triggers: NAME_TRIGGERS,
    before: IN_JSON,
    secret: '-?[0-9][0-9.e+-]*',
    replacement: `"${REDACTED}"`,
  },
  {
    kind: 'list of secrets in JSON',
    triggers: [...NAME_TRIGGERS, 'scope'],
    before: `${IN_JSON}\\[\\s{0,8}`,
    secret: '[^\\]\\s][^\\]]*',
    replacement: `"${REDACTED}"`,
  },
  {
    kind: 'secret after its name',
    triggers: NAME_TRIGGERS,
    // Also of a command line: --password …
    before: `(?:${NAME}${ASSIGNMENT}|--(?:[a-z0-9]{1,16}-){0,3}(?:${SECRET_WORDS}|${SECRET_ENDINGS})[ \\t]{1,8})`,
    secret: '[^\\s"\'&,;(){}\\[\\]<>\\\\]+',
  },
  {
    kind: 'scopes in a URL',
    triggers: ['scope', 'code='],
    before: `[?&](?:${SCOPES}|code)=`, // the code is as good as the token that one gets for it
    secret: '[^\\s"\'&#]+',
  },
  {
    kind: 'e-mail address',
    triggers: ['@', '%40'],
    before: '',
    secret: '[\\w.%+-]{1,64}(?:@|%40)[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){0,4}\\.[a-z]{2,24}',
  },
];
