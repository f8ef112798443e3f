/** Lines with secrets planted in them, of every shape that a program may write; and what must be left of such a line. */
import * as fc from 'fast-check';
import { REDACTED } from '../../src/log-model';

/** Part of every planted secret, and of nothing else. */
export const PLANTED = 'Xk7vQ2mN9pL4rT8wZ1cB6yHd3';
/** The same of a number. */
export const PLANTED_NUMBER = '998877665544332';

/** What ends or begins what an expression looks for, and what tears a string where it is written down. */
const HOSTILE = [
  ...[
    'Invalid email:',
    'Enter password:',
    'password= ',
    '/verify?token=',
    'https://a.example/?token=',
    'token',
    'Bearer ',
  ],
  ...[
    "it's the password: '",
    'password: "',
    'Cookie: a=',
    'Cookie: a="',
    'Authorization:',
    '--password ',
    '://app:',
    'code=',
  ],
  ...[
    'a@',
    '"',
    '\\',
    '\\"',
    "'",
    '`',
    '\n',
    '\r\n',
    '\t',
    '\u001b[31m',
    '[',
    ']',
    '{',
    '}',
    '{"password":',
    '"tokens":[',
    '</',
  ],
  ...[
    'é',
    '\u2028',
    '😀',
    '%22',
    '&',
    '\\u0022',
    ',',
    ': ',
    '=',
    'secret in ',
    'path `password` (`',
    'pwd',
    '<password>',
  ],
  ...['["AUTH",', '"value":', '-----BEGIN PRIVATE KEY-----', ' with value "', 'PASSWORD ', 'auth', 'level=info', '\f'],
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 6 })), { maxLength: 4 })
  .map((parts) => parts.join(''));

/** Texts that hold a secret of a known form, each a word of its own. */
const KNOWN_FORMS = [
  `postgres://app:${PLANTED}@db:5432/app`,
  `ghp_${PLANTED}`,
  `eyJhbGciOiJIUzI1NiJ9.${PLANTED}.x`,
  `${PLANTED}@example.org`,
  `DISCORD_CLIENT_SECRET=${PLANTED}`,
  `https://a.example/cb?access_token=${PLANTED}&a=1`,
  `https://discord.com/api/webhooks/1234567890/${PLANTED}`,
  `Bearer ${PLANTED}`,
];
const known = fc.tuple(text, fc.constantFrom(...KNOWN_FORMS)).map(([before, form]) => `${before}\n${form}\n`);

const HARMLESS_NAMES = [
  'message',
  'url',
  'body',
  'path',
  'n',
  'data',
  'user',
  'args',
  'headers',
  'ctx',
  'a b',
  'items',
];
const SECRET_NAMES = [
  ...['password', 'dbPassword', 'pass', 'smtpPass', 'DB_PASS', 'token', 'tokens', 'DISCORD_TOKEN_DEV', 'apiKey'],
  ...['X-Api-Key', 'encryptionKey', 'AccountKey', 'authorization', 'Set-Cookie', 'cookies', 'credentials'],
  ...['client_secret', 'sessionId', 'connect.sid', 'jwt', 'webhookUrl'],
];

/** A value that holds a secret which only its name gives away. */
const secretText = fc.tuple(text, text).map(([before, after]) => before + PLANTED + after);
const secretValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    secretText,
    fc.array(fc.oneof(tie('value'), fc.constantFrom(1, null, '[REDACTED]', 'a]', ['b'])), {
      minLength: 1,
      maxLength: 4,
    }),
    fc
      .tuple(fc.constantFrom('key', 'a', 'list'), tie('value'))
      .map(([name, value]) => ({ x: 1, [name]: value, y: ']' })),
  ),
})).value;

/** Entries whose name stands beside the value, and arguments of a command. */
const neighbours: readonly fc.Arbitrary<unknown>[] = [
  fc
    .tuple(fc.constantFrom('path', 'name', 'property', 'key'), secretText, fc.boolean())
    .map(([field, value, first]) =>
      first
        ? { [field]: 'password', value, msg: 'Invalid' }
        : { type: 'field', value, msg: 'Invalid', [field]: 'password' },
    ),
  secretText.map((value) => ({ command: { name: 'hello', args: ['3', 'AUTH', 'app', value] } })),
];

/** An object, with JSON in its strings, and JSON in the strings of that. Names tell of secrets in all, neighbours down to the second. */
function documentAt(level: 0 | 1 | 2 | 3): fc.Arbitrary<object> {
  const inner = level < 3 ? [documentAt((level + 1) as 1 | 2 | 3).map((object) => JSON.stringify(object))] : [];
  return fc.letrec<{ value: unknown; object: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 2 },
      text,
      known,
      fc.constantFrom<unknown>(0, -1.5e-7, 12, true, false, null, '', [], {}),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
      ...inner,
      ...(level < 2 ? neighbours : []),
    ),
    object: fc
      .array(
        fc.oneof(
          fc.tuple(fc.constantFrom(...HARMLESS_NAMES), tie('value')),
          fc.tuple(fc.constantFrom(...SECRET_NAMES, ...(level < 3 ? ['scope'] : [])), secretValue),
          fc.tuple(fc.constantFrom('password', 'apiKey'), fc.constant(Number(PLANTED_NUMBER))),
        ),
        { maxLength: 3 },
      )
      .map((entries) => Object.fromEntries(entries)),
  })).object;
}
const document = documentAt(0);

/** A line of JSON. What the stack takes out of one is in front of, between and behind what else is in it. */
export const jsonLine = fc
  .tuple(document, document, fc.constantFrom('error', 'warn', 'info', 'debug'), fc.uuid())
  .map(([before, after, level, requestId]) => JSON.stringify({ level, ...before, requestId, ...after, status: 200 }));

const value = fc.oneof(
  text,
  known.map((form) => form.replaceAll('\n', ' ')),
  fc.constantFrom('', 'true', '12', 'password:', 'token=', '--password', 'a,b', "'", 'Set-Cookie:'),
);
const pair = fc.oneof(
  fc.tuple(fc.constantFrom('msg', 'path', 'err', 'args', 'n'), value),
  fc.tuple(fc.constantFrom('password', 'token', 'db_pass', 'api_key'), secretText),
);
/** A line of pairs, quoted as go-kit and logrus do. */
export const logfmtLine = fc
  .tuple(
    fc.array(pair, { maxLength: 4 }),
    fc.array(pair, { maxLength: 4 }),
    fc.constantFrom('error', 'warn', 'info'),
    fc.uuid(),
  )
  .map(([before, after, level, requestId]) =>
    [...before, ['level', level] as const, ['requestId', requestId] as const, ...after]
      .map(([key, text]) => `${key}=${/^[^\s"=\\\p{C}\p{Z}]*$/u.test(text) ? text : JSON.stringify(text)}`)
      .join(' '),
  );

/** Names and values of a line of pairs. */
export function pairsOf(line: string): readonly (readonly [key: string, value: string])[] {
  return [...line.matchAll(/(?:^| )([^ ="]*)(?:=("(?:[^"\\]|\\.)*"|[^ "]*))?(?= |$)/g)].map(
    ([, key = '', text = '']) => [key, text],
  );
}

/** The places at which a line of JSON is not what it was, other than by a secret that is gone; none: all is well. */
export function torn(before: string, after: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(after);
  } catch {
    return [`no JSON: ${after}`];
  }
  return [...differences(JSON.parse(before), parsed, '$')];
}

function* differences(before: unknown, after: unknown, path: string): Generator<string> {
  if (typeof after === 'string' && after.includes(REDACTED)) return;
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, value] of before.entries()) yield* differences(value, after[index], `${path}[${index}]`);
  } else if (isObject(before) && isObject(after)) {
    if (Object.keys(before).join('\n') !== Object.keys(after).join('\n')) yield `${path} has other names`;
    for (const [name, value] of Object.entries(before)) yield* differences(value, after[name], `${path}.${name}`);
  } else if (before !== after) yield `${path} is another value`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The planted secrets that a line still has. */
export function survivors(line: string): readonly string[] {
  return [PLANTED, PLANTED_NUMBER].filter((secret) => line.includes(secret));
}
