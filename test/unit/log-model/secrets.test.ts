import { isSecretField, REDACTED, SECRET_PATTERNS } from '../../../src/log-model';
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
  ])('%s', (name) => {
    expect(isSecretField(name)).toBe(false);
  });
});

describe('an expression', () => {
  const expressions = SECRET_PATTERNS.flatMap(({ kind, before, secret, after = '' }) =>
    [before, secret, after].filter((text) => text !== '').map((text) => [kind, text] as const),
  );

  test.each(expressions)('has nothing that RE2 does not know: %s %s', (_kind, text) => {
    expect(text).not.toMatch(/\(\?[=!<]|\\[1-9]|\\k|[*+?}]\+/);
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
  test.each(SECRET_SAMPLES.map(({ kind, line, secret }) => [kind, line, secret] as const))(
    'is taken out by the pattern of its kind alone: %s: %s',
    (kind, line, secret) => {
      const patterns = SECRET_PATTERNS.filter((pattern) => pattern.kind === kind);
      const redacted = patterns.reduce(
        (text, { before, secret: taken, after = '' }) =>
          text.replace(new RegExp(`(${before})(?:${taken})(${after})`, 'gi'), `$1${REDACTED}$2`),
        line,
      );
      expect(redacted).not.toContain(secret);
      expect(redacted).toContain(REDACTED);
    },
  );

  test.each(SECRET_SAMPLES.map(({ kind, line }) => [kind, line] as const))(
    'has a trigger of its kind: %s: %s',
    (kind, line) => {
      const triggers = SECRET_PATTERNS.filter((pattern) => pattern.kind === kind).flatMap(
        ({ triggers: any, exact = [] }) => [
          ...any.map((trigger) => line.toLowerCase().includes(trigger)),
          ...exact.map((trigger) => line.includes(trigger)),
        ],
      );
      expect(triggers).toContain(true);
    },
  );
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
    '{"userId":"1","nested":{"list":[1,2]}}',
  ])('%s', (text) => {
    expect(sanitizer.text(text)).toBe(text);
  });
});
