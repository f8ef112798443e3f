import * as fc from 'fast-check';
import { capture } from './capture';

/** Part of every seeded secret, and of nothing else. */
const CORE = 'Xk7vQ2mN9pL4rT8wZ1cB6yHd3';

/** Texts that hold the secret, whatever the name of their field. */
const TEXTS: Readonly<Record<string, string>> = {
  'bearer header': `Bearer ${CORE}`,
  'basic header': `Basic ${CORE}==`,
  'short basic header': `Authorization: Basic ${CORE.slice(0, 6)}==`,
  'access token in a query': `https://example.org/callback?state=1&access_token=${CORE}#done`,
  'OAuth code in a query': `/callback?code=${CORE}&state=1`,
  'scope in a query': `/authorize?scope=${CORE}%20guilds&client=1`,
  'bracketed form field': `user%5Bpassword%5D=${CORE}&page=2`,
  'cookie header': `Cookie: theme=dark; sid=${CORE}; a=b`,
  'JSON Web Token': `eyJhbGciOiJIUzI1NiJ9.${CORE}.${CORE}`,
  'Discord bot token': `MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.${CORE}_-aa`,
  'Discord webhook': `https://discord.com/api/webhooks/1234567890/${CORE}`,
  'private key': `-----BEGIN RSA PRIVATE KEY-----\n${CORE}\n${CORE}\n-----END RSA PRIVATE KEY-----`,
  'GitHub token': `ghp_${CORE}`,
  'URL with a password': `postgres://app:${CORE}@db.example:5432/app`,
  'e-mail address': `${CORE}@example.org`,
  'encoded e-mail address': `?to=${CORE}%40example.org`,
  assignment: `DB_PASSWORD=${CORE}`,
  option: `mysqldump --db-password ${CORE} --host db`,
  'inspected object': `{ user: 'a', apiKey: '${CORE}' }`,
  'SQL statement': `ALTER ROLE app PASSWORD '${CORE}'`,
  JSON: JSON.stringify({ a: 1, deep: { refreshToken: CORE } }),
  'object under a secret name in JSON': JSON.stringify({ credentials: { user: 'a', key: CORE } }),
  'JSON in JSON': JSON.stringify({ body: JSON.stringify({ client_secret: CORE, n: 1 }) }),
};

/** Names whose value is secret. */
const NAMES = [
  ...['password', 'dbPassword', 'PASSWD', 'passphrase', 'pwd', 'accessToken', 'refresh_token', 'token'],
  ...['apiKey', 'X-Api-Key', 'clientSecret', 'authorization', 'Proxy-Authorization', 'cookie', 'Set-Cookie', 'jwt'],
  ...['botToken', 'webhookUrl', 'privateKey', 'credentials', 'scope', 'scopes', 'email', 'e-mail', 'emailAddress'],
];

class Instance {
  constructor(readonly inner: unknown) {}
}

/** Any value around another one. */
const around: readonly ((inner: unknown) => unknown)[] = [
  (inner) => ({ inner }),
  (inner) => ({ before: 'x', list: [1, inner, null] }),
  (inner) => [inner],
  (inner) => new Map([['inner', inner]]),
  (inner) => new Set([inner]),
  (inner) => new Instance(inner),
  (inner) => Object.assign(Object.create(null) as object, { inner }),
  (inner) => ({ toJSON: () => ({ inner }) }),
  (inner) => Object.assign(new Error('outer'), { details: inner }),
  (inner) => new Error('outer', { cause: inner }),
  (inner) => new AggregateError([inner], 'outer'),
];

/** A text, where texts are. */
const textPlaces: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => new Error(text),
  (text) => ({ stack: `Error: ${text}\n    at run (/app/run.js:1:1)` }),
  (text) => ({ stack: `Error: failed\n    at ${text} (/app/run.js:1:1)` }),
  (text) => ({ [text]: 1 }),
  (text) => new Map([[text, 1]]),
  (text) => Symbol(text),
  (text) => new String(text),
  (text) => JSON.stringify({ text }),
  (text) => ({ url: text, headers: { referer: text } }),
];

/** A value under a name, where names are. */
const namePlaces: readonly ((name: string, value: unknown) => unknown)[] = [
  (name, value) => ({ [name]: value }),
  (name, value) => new Map([[name, value]]),
  (name, value) => ({ rawHeaders: ['Host', 'example.org', name, value] }),
  (name, value) => [[name, value]],
  (name, value) => ({ name, value }),
  (name, value) => Object.assign(new Error('failed'), { [name]: value }),
  (name, value) => new Instance({ [name]: value }),
  (name, value) => JSON.stringify({ n: 1, [name]: value }),
  (name, value) => new Error(`refused ${JSON.stringify({ [name]: value })}`),
];

/** What is around a secret in a text: whatever it is, the secret is a word of its own. */
const context = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(' ', '\n', '\t', ' (', ' <', ', '))
  .map(([text, separator]) => text + separator);
const nesting = fc.array(fc.constantFrom(...around), { maxLength: 4 });
const nest = (value: unknown, levels: readonly ((inner: unknown) => unknown)[]): unknown =>
  levels.reduce((inner, level) => level(inner), value);

/** The calls of a logger that take a value. */
const CALLS: readonly ((logger: ReturnType<typeof capture>['logger'], value: unknown) => unknown)[] = [
  (logger, value) => logger.info(value),
  (logger, value) => logger.info('message', { value }),
  (logger, value) => logger.error('message', value),
  (logger, value) => logger.child({ value }).warn('message'),
  (logger, value) => logger.log({ level: 'info', message: 'message', value }),
  (logger, value) => logger.logWithRequestId('info', 'message', 'id', { value }),
  (logger, value) => logger.info('message', 1, value, value),
  (logger, value) => logger.write({ level: 'info', message: 'message', value }),
];

const { logger, stdout } = capture();

/** What a call logs. */
function linesOf(call: (typeof CALLS)[number], value: unknown): string {
  stdout.lines.length = 0;
  call(logger, value);
  return stdout.lines.join('\n');
}

describe('a secret that is known by its form', () => {
  it.each(Object.entries(TEXTS))('does not survive in any position: %s', (_kind, secret) => {
    const sought = secret.includes(CORE) ? CORE : CORE.slice(0, 6);
    fc.assert(
      fc.property(
        context,
        context,
        fc.constantFrom(...textPlaces),
        nesting,
        fc.constantFrom(...CALLS),
        (before, after, place, levels, call) => {
          const line = linesOf(call, nest(place(before + secret + ' ' + after), levels));
          expect(line).not.toBe('');
          expect(line).not.toContain(sought);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not survive half: a text is not cut inside of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(TEXTS)),
        fc.integer({ min: 0, max: 160 }),
        fc.constantFrom('x', 'word ', '/', ','),
        (secret, overlap, filler) => {
          const start = 16_384 - overlap;
          const text = `${filler.repeat(start / filler.length)} ${secret}`;
          // Less of a secret than this is no secret.
          expect(linesOf((to, value) => to.info(value as string), text)).not.toContain(CORE.slice(0, 6));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a value under a secret name', () => {
  it.each(NAMES)('does not survive in any position: %s', (name) => {
    const values = fc.constantFrom<unknown>(
      CORE,
      [CORE],
      { inner: { deep: CORE } },
      `two words ${CORE}`,
      `with "quotes" ${CORE}`,
    );
    fc.assert(
      fc.property(
        values,
        fc.constantFrom(...namePlaces),
        nesting,
        fc.constantFrom(...CALLS),
        (value, place, levels, call) => {
          const line = linesOf(call, nest(place(name, value), levels));
          expect(line).not.toBe('');
          expect(line).not.toContain(CORE);
        },
      ),
      { numRuns: 40 },
    );
  });
});
