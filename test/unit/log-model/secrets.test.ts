import { RE2JS } from 're2js';
import {
  isHarmlessValue,
  isSecretField,
  type Place,
  REDACTED,
  redactor,
  SECRET_PATTERNS,
  type SecretPattern,
  secretPatterns,
} from '../../../src/log-model';
import { createSanitizer } from '../../../src/logger/sanitize';
import { SECRET_SAMPLES } from '../../support/secret-samples';

describe('a field is secret by its name', () => {
  test.each([
    ...['password', 'dbPassword', 'password_hash', 'PASSWD', 'passphrase', 'clientSecret', 'pwd'],
    ...[
      'token',
      'accessToken',
      'refresh_token',
      'tokens',
      'jwt',
      'apiKey',
      'X-Api-Key',
      'AWS_ACCESS_KEY',
      'privateKey',
    ],
    ...['authorization', 'Proxy-Authorization', 'cookie', 'set-cookie', 'credentials', 'webhook', 'webhookUrl'],
    ...['email', 'e-mail', 'emailAddress', 'scope', 'scopes'],
    ...['pass', 'DB_PASS', 'smtpPass', 'sessionId', 'connect.sid', 'PHPSESSID', 'encryptionKey', 'AccountKey'],
    ...['DISCORD_TOKEN_DEV', 'token2', 'apiKeyProduction', 'passwordResetToken', 'requirepass', 'masterauth'],
  ])('%s', (name) => {
    expect(isSecretField(name)).toBe(true);
  });
});

describe('a field is not secret that only reminds of one', () => {
  test.each([
    'tokenType',
    'tokenCount',
    'apiKeyId',
    'bypass',
    'userId',
    'path',
    'message',
    'key',
    'author',
    'emailSent',
    ...['passwordChangedAt', 'password_changed_at', 'passwordAttempts', 'secretName', 'passwordMinLength'],
    ...['passwordResetRequestedAt', 'compass', 'passed', 'keys', 'publicKey', 'session', 'accountSid'],
  ])('%s', (name) => {
    expect(isSecretField(name)).toBe(false);
  });
});

describe('what a secret field holds is harmless', () => {
  test.each([
    ...[null, undefined, true, false, '', 'undefined', 'null', 'required', 'Missing', '***', '<redacted>', '-'],
    ...['[Object]', '[object Object]', REDACTED],
  ])('%p: no secret, or a sign in its place', (value) => {
    expect(isHarmlessValue('DISCORD_TOKEN', value)).toBe(true);
  });

  test.each([
    ['PWD', '/srv/app'],
    ['OLDPWD', '/'],
    ['emails', 5],
    ['session_id', '6a156d5f.3f2a'],
    ['pass', 12],
  ] as const)('%s: %s', (name, value) => {
    expect(isHarmlessValue(name, value)).toBe(true);
  });

  test.each([
    ['password', '/srv/app'],
    ['password', 5],
    ['dbPwd', '/srv'],
    ['emails', 'ann@example.org'],
    ['token', 'undefined behaviour'],
    ['session_id', 'a3fWa'],
  ] as const)('not %s: %s', (name, value) => {
    expect(isHarmlessValue(name, value)).toBe(false);
  });
});

describe('an expression', () => {
  const expressions = secretPatterns(['maxTokens']).flatMap(({ kind, unless = '', before, secret, after = '' }) =>
    [unless, before, secret, after].filter((text) => text !== '').map((text) => [kind, text] as const),
  );

  test.each(expressions)('has nothing that RE2 does not know: %s %s', (_kind, text) => {
    expect(text).not.toMatch(/\(\?[=!<]|\\[1-9]|\\k|[*+?}]\+/);
    expect(() => RE2JS.compile(text)).not.toThrow();
  });

  test.each(expressions)('has no capture group: %s %s', (_kind, text) => {
    expect(text.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '')).not.toMatch(/\((?!\?:)/);
  });

  test.each(expressions)('repeats at most 64 times where it says how often: %s %s', (_kind, text) => {
    const bounds = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [
      Number(least),
      Number(most ?? 0),
    ]);
    expect(Math.max(0, ...bounds)).toBeLessThanOrEqual(64);
  });
});

describe('a sample of a secret', () => {
  const placeOf = (line: string): Place =>
    line.startsWith('{"') ? 'json' : line.startsWith('level=') ? 'logfmt' : 'text';
  const patternsFor = (kind: string, line: string): readonly SecretPattern[] =>
    SECRET_PATTERNS.filter((pattern) => pattern.kind === kind && pattern.places.includes(placeOf(line)));
  /** As the agent hands a line of pairs over. */
  const apart = (line: string): string => (placeOf(line) === 'logfmt' ? line.replace(' ', '\f\f') : line);

  test('there is one for each kind of secret', () => {
    expect(new Set(SECRET_SAMPLES.map(({ kind }) => kind))).toEqual(new Set(SECRET_PATTERNS.map(({ kind }) => kind)));
  });

  test.each(SECRET_SAMPLES.map(({ kind, line, secret }) => [kind, line, secret] as const))(
    'is taken out by the patterns of its kind alone: %s: %s',
    (kind, line, secret) => {
      const redacted = patternsFor(kind, line).reduce((text, pattern) => redactor(pattern).redact(text), apart(line));
      expect(redacted).not.toContain(secret);
      expect(redacted).toContain(REDACTED);
    },
  );

  test.each(SECRET_SAMPLES.map(({ kind, line, secret }) => [kind, line, secret] as const))(
    'has a trigger of each pattern that takes it out, in any case and in the spelling that occurs: %s: %s',
    (kind, line, secret) => {
      const taking = patternsFor(kind, line).filter(
        (pattern) => !redactor(pattern).redact(apart(line)).includes(secret),
      );
      expect(taking).not.toEqual([]);
      for (const pattern of taking) {
        expect(redactor(pattern).suspects(line)).toBe(true);
        expect(pattern.exact.filter((text) => line.includes(text))).not.toEqual([]);
      }
    },
  );
});

describe('a spelling that the agent looks for', () => {
  test.each(
    SECRET_PATTERNS.flatMap(({ kind, triggers, exact }) =>
      triggers.length === 0 ? [] : exact.map((text) => [kind, text, triggers] as const),
    ),
  )('is one of a trigger: %s: %s', (_kind, text, triggers) => {
    const lower = text.toLowerCase();
    expect(triggers.some((trigger) => trigger.includes(lower) || lower.includes(trigger))).toBe(true);
  });
});

describe('an e-mail address', () => {
  const sanitizer = createSanitizer();
  test.each([
    ...['ann@example.org', 'ann@163.com', 'a.b+c@mail.example.co.uk', 'ann@services.example.services', 'ann@x.pn'],
    ...['ann@internal.example.org', 'ann@host.internals', 'ann@example.org2', 'deploy@git.example.com', 'ann%40a.io'],
  ])('%s', (text) => {
    expect(sanitizer.text(`to ${text}.`)).not.toContain(text.slice(0, 6));
  });
});

describe('a text without a secret stays as it is', () => {
  const sanitizer = createSanitizer();
  test.each([
    'User logged in',
    'GET /guilds/42/members 200',
    'Invalid token',
    'token expired after 3600 s',
    'password changed',
    'basic settings saved by the bot',
    'Bot disconnected, reconnecting',
    'Error: connect ECONNREFUSED 10.0.0.1:5432\n    at TCPConnectWrap.afterConnect (node:net:1637:16)',
    '6f1c2a52-5f0a-4d0e-9a4f-0d2f4c1f8a11',
    '2026-01-02T03:04:05.006Z',
    'https://example.org/search?q=a&page=2',
    'MONDAY: Nothing To Do',
    'npm_lifecycle_event=start',
    'a@b',
    ...['logo@2x.png', 'getty@tty1.service', 'git@github.com:a/b.git', 'user@host.internal.', 'pkg@2.0.0-beta.next'],
    ...['Bot 1234567890123456789 left guild', 'bot SpyWatcherProduction is ready', 'Basic authentication-required'],
    ...['DISCORD_TOKEN=undefined', 'DISCORD_TOKEN: required', 'token=', 'secret: ***', 'PWD=/srv', 'emails: 5'],
    ...['passwordAttempts: 3', 'GET /cb?code=404', 'http://localhost:3000/users/@me', 'Bearer realm="x", error="y"'],
    '{"userId":"1","nested":{"list":[1,2]}}',
  ])('%s', (text) => {
    expect(sanitizer.text(text)).toBe(text);
  });
});
