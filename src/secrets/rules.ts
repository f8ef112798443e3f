/** What a secret value has to be: the rules that the table names. None of them ever shows a value. */
import type { StackConfig } from '../config';

/** What is asked of a value, in words and as a check. */
export interface ValueRule {
  readonly rule: string;
  readonly accepts: (value: string, environment: StackConfig['environment']) => boolean;
}

/** nginx verifies a credential on every request, so its hash is a fast one; that is safe for random ones of this size. */
const CREDENTIAL_BITS = 128;
const PROD_PASSWORD_LENGTH = 12;
/** People make credentials of these. */
const WORDS = ['password', 'secret', 'changeme', 'grafana', 'promtail', 'spywatcher'];
const DEFAULT_PASSWORDS = ['admin', 'password', 'grafana', 'changeme', 'secret', 'spywatcher', 'prom-operator'];
/** Grafana's own default, known to everyone. */
const DEFAULT_SECRET_KEY = 'SW2YcwTIb9zpOOhoPsMm';

/** A value that somebody hands out in a form of his own. */
export const HANDED_OUT: ValueRule = { rule: 'not empty', accepts: (value) => value.length > 0 };

/** A password that somebody else hands out; only the defaults are refused. */
export const PASSWORD: ValueRule = {
  rule: 'not empty; in prod no default password',
  accepts: (value, environment) => value.length > 0 && (environment !== 'prod' || !isDefaultPassword(value)),
};

/** A password that people of the stack choose. */
export const OWN_PASSWORD: ValueRule = {
  rule: `not empty; in prod at least ${PROD_PASSWORD_LENGTH} characters and no default password`,
  accepts: (value, environment) =>
    PASSWORD.accepts(value, environment) && (environment !== 'prod' || value.length >= PROD_PASSWORD_LENGTH),
};

/** Grafana encrypts with it. */
export const SECRET_KEY: ValueRule = {
  rule: 'at least 16 characters; in prod not Grafana’s own default, and without a pattern',
  accepts: (value, environment) =>
    value.length >= 16 && !(environment === 'prod' && (value === DEFAULT_SECRET_KEY || hasPattern(value))),
};

export const CERTIFICATE: ValueRule = {
  rule: 'a certificate in PEM',
  accepts: (value) => /^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\s*$/.test(value),
};

/** It stands in a file, which has its own letters for the end of a value and the beginning of a comment. */
export const BUCKET_KEY: ValueRule = {
  rule: 'not empty, without blanks and quotes',
  accepts: (value) => /^[^\s"']+$/.test(value),
};

/** The file that Google Cloud hands out with a key of a service account. */
export const GOOGLE_KEY: ValueRule = {
  rule: 'the JSON of a key of a Google service account, with type, client_email and private_key',
  accepts: isGoogleKey,
};

/** 64 bytes. */
export const STORAGE_ACCOUNT_KEY: ValueRule = {
  rule: 'a key of an Azure storage account: 88 letters of base64',
  accepts: (value) => /^[A-Za-z0-9+/]{86}==$/.test(value),
};

/** A password of the gateway. */
export const CREDENTIAL: ValueRule = {
  rule: `a generated credential of at least ${CREDENTIAL_BITS} bits, for example from: openssl rand -hex 16`,
  accepts: isCredential,
};

/** Grafana looks for variables in all of its settings, secret ones too, and cuts off blanks around what it reads of a file. */
export function readableForGrafana({ rule, accepts }: ValueRule): ValueRule {
  return {
    rule: `${rule}; without \${ and $__, in which Grafana would look for a variable, and without blanks around it`,
    accepts: (value, environment) => accepts(value, environment) && !/\$\{|\$__/.test(value) && value === value.trim(),
  };
}

/** The Collector cuts off blanks around what it reads of a file. */
export function withoutBlanksAround({ rule, accepts }: ValueRule): ValueRule {
  return {
    rule: `${rule}; without blanks around it`,
    accepts: (value, environment) => accepts(value, environment) && value === value.trim(),
  };
}

function isGoogleKey(value: string): boolean {
  try {
    const key: unknown = JSON.parse(value);
    if (typeof key !== 'object' || key === null) return false;
    const { type, client_email: email, private_key: text } = key as Readonly<Record<string, unknown>>;
    return (
      type === 'service_account' &&
      typeof email === 'string' &&
      typeof text === 'string' &&
      /^-----BEGIN (?:RSA )?PRIVATE KEY-----\n/.test(text)
    );
  } catch {
    return false;
  }
}

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

function isDefaultPassword(value: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return DEFAULT_PASSWORDS.some((known) => letters(value) === letters(known));
}
