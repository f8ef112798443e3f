/**
 * Names that say that a value is secret, names that only sound so, and values that are none.
 *
 * Expressions here and in the other files of secrets are written in what JavaScript and RE2 have in common: no look-around,
 * no back-references. They ignore case and have no capture groups.
 */

/** Stands where a secret was. */
export const REDACTED = '[REDACTED]';

/** Names whose value is secret, also as a part of a longer name: `dbPassword`, `password_hash`. */
const SECRET_WORDS = 'passw(?:or)?d|passphrase|secret';
/** Kinds of keys: `apiKey`, `X-Api-Key`, Azure's `AccountKey`. A key alone is mostly none: of a cache, of a map. */
const KEYS = 'api|access|account|private|encrypt(?:ion)?|decrypt(?:ion)?|signing|signature|master|shared|hmac';
/** Personal data rather than a secret: as a number, it is how many. */
const MAILS = 'e-?mails?(?:[-_]?address(?:es)?)?';
/** Names whose value is secret when a name ends so: `accessToken`, `smtpPass`, but not `tokenType`. */
const SECRET_ENDINGS = `pass|pwd|masterauth|jwts?|tokens?|(?:${KEYS})[-_]?keys?|authorization|cookies?|credentials?|webhook(?:[-_]?url)?|sess(?:ion)?[-_]?id|connect\\.sid|${MAILS}`;
/** Says which of several secrets it is: `DISCORD_TOKEN_DEV`, `apiKey2`. */
const WHICH =
  '(?:[-_]?(?:[0-9]{1,3}|(?:dev|test|stag|prod|curr|prev|prim|second)\\w{0,16}|live|local|sandbox|main|ci|qa|old|new|next|backup|b(?:ase)?64|hash|value))';
/** Scopes are useless to a thief, but redacted nevertheless. In sentences the word is too common to be redacted. */
export const SCOPES = 'scopes?';

/** A secret's name. */
export const NAME = `(?:(?:${SECRET_WORDS})[\\w-]{0,32}|(?:${SECRET_ENDINGS})${WHICH}?)`;

/** Words that end as a secret's name does. */
const WORDS = '(?:by|com|encom|sur|tres|over|under)pass';
/** Words for facts about a secret: `passwordChangedAt`, `secretName`, `password_min_length`. */
const SAID_OF_SECRETS =
  'reset|recovery|reminder|requests?|requested|last|next|is|has|changed?|updated?|created?|rotated?|sent|set|expires?|expired|expiry|at|on|in|date|time|days|age|attempts?|retries|fail(?:ures|ed)|errors?|counts?|names?|min|max|length|types?|polic(?:y|ies)|rules?|required|enabled|strength|field|version|status';
const HARMLESS_NAME = `(?:\\b${WORDS}|(?:${SECRET_WORDS})s?(?:[-_]?(?:${SAID_OF_SECRETS}))+)`;
/** Shells' names of the working directory. */
const DIRECTORY = '\\b(?:old)?pwd';

/** Values that mean that there is no secret, or that it was redacted. `not`, `must` … begin a sentence about it. */
export const NO_SECRET =
  'undefined|null|nil|none|nan|true|false|yes|no|empty|unset|missing|required|invalid|expired|incorrect|wrong|rejected|revoked|not|is|was|must|should|cannot|has|\\*{3,}|x{4,}|-|<[\\w .:-]{0,32}>|\\\\{1,8}u003c[\\w .:-]{0,32}\\\\{1,8}u003e|[[(](?:redacted|filtered|hidden|masked|secret|removed|object|array|function|circular)(?: [\\w: ]{0,32})?[\\])]';

/** Names and values that are not secret. */
export interface Harmless {
  /** Names whose value is kept, whatever it is. */
  readonly names: string;
  /** A value that is not secret under any name. */
  readonly value: string;
  /** The same for some names alone. */
  readonly pairs: readonly { readonly names: string; readonly value: string }[];
}

/** @param allow - names that are kept although they sound like secrets, whatever their case, `-` and `_`. */
export function harmless(allow: readonly string[] = []): Harmless {
  return {
    names: [HARMLESS_NAME, ...allow.map(allowedName)].join('|'),
    value: NO_SECRET,
    pairs: [
      { names: DIRECTORY, value: '[/~][\\w./~-]{0,64}' },
      { names: MAILS, value: '[0-9]{1,18}' },
      // PostgreSQL's: when a session began, and the number of its server.
      { names: 'session_id', value: '[0-9a-f]{6,8}\\.[0-9a-f]{1,8}' },
      // The number of tests that pass.
      { names: '\\bpass', value: '[0-9]{1,5}' },
    ],
  };
}

/** A name in all its spellings, as a word of its own. */
function allowedName(name: string): string {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return `(?:^|[^\\w-])${words.filter((word) => word !== '').join('[-_ .]?')}`;
}

/** Every text with a {@link NAME} in it contains one of them, in some case. */
export const NAME_TRIGGERS = [
  ...['pass', 'secret', 'pwd', 'jwt', 'token', '_key', '-key'],
  ...['apikey', 'accesskey', 'accountkey', 'privatekey', 'encryptkey', 'encryptionkey', 'decryptkey', 'decryptionkey'],
  ...['signingkey', 'signaturekey', 'masterkey', 'sharedkey', 'hmackey'],
  ...['authorization', 'cookie', 'credential', 'webhook', 'sessionid', 'sessid', 'session_id', 'session-id', 'sess_id'],
  ...['sess-id', 'connect.sid', 'masterauth', 'mail'],
] as const;

/**
 * The same in the spellings that occur: a program that tells cases apart looks for few texts. Some lack their first letter,
 * which is the one that has two cases.
 */
export const NAME_SPELLINGS = [
  ...['pass', 'Pass', 'PASS', 'ecret', 'SECRET', 'pwd', 'Pwd', 'PWD', 'jwt', 'Jwt', 'JWT', 'oken', 'TOKEN'],
  ...['Key', 'KEY', '_key', '-key', 'apikey', 'accesskey', 'accountkey', 'privatekey', 'encryptionkey', 'masterkey'],
  ...['uthorization', 'UTHORIZATION', 'ookie', 'COOKIE', 'redential', 'CREDENTIAL', 'ebhook', 'WEBHOOK'],
  ...['ession_id', 'essionId', 'essionID', 'ession-id', 'sessionid', 'SESSION_ID', 'SESSID', 'SESSIONID', 'essid'],
  ...['sess_id', 'connect.sid', 'masterauth', 'mail', 'Mail', 'MAIL'],
] as const;

const secretField = new RegExp(`(?:${SECRET_WORDS})|(?:(?:${SECRET_ENDINGS})${WHICH}?|${SCOPES})$`, 'i');
const harmlessField = new RegExp(`(?:${HARMLESS_NAME})$`, 'i');
const noSecret = new RegExp(`^(?:${NO_SECRET})?$`, 'i');
const harmlessPairs = harmless().pairs.map(({ names, value }) => ({
  names: new RegExp(`(?:${names})$`, 'i'),
  value: new RegExp(`^(?:${value})$`),
}));

/** Whether a field of this name holds a secret. */
export function isSecretField(name: string): boolean {
  return secretField.test(name) && !harmlessField.test(name);
}

/** Whether the value of a secret field is not secret: nothing, a word that means this, a number of e-mails. */
export function isHarmlessValue(name: string, value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return true;
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  return noSecret.test(text) || harmlessPairs.some((pair) => pair.value.test(text) && pair.names.test(name));
}
