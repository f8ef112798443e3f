/** One line for each kind of secret, as a program that knows nothing of our logger might write it. */
export interface SecretSample {
  /** A kind of the log model's SECRET_PATTERNS. */
  readonly kind: string;
  readonly line: string;
  /** What must not be left of the line. */
  readonly secret: string;
}

const random = 'Xk7vQ2mN9pL4rT8wZ1cB6yHd3';

/** Made up, and put together here so that no scanner takes them for real ones. */
export const SECRET_SAMPLES: readonly SecretSample[] = [
  {
    kind: 'private key',
    line: `key is -----BEGIN RSA PRIVATE KEY-----\\n${random}\\n-----END RSA PRIVATE KEY-----`,
    secret: random,
  },
  { kind: 'private key', line: `{"pem":"-----BEGIN PRIVATE KEY-----\\n${random} cut off"}`, secret: random },
  { kind: 'password in a URL', line: `connecting to postgres://app:${random}@db:5432/spywatcher`, secret: random },
  { kind: 'password in a URL', line: `{"url":"redis://:${random}@redis:6379"}`, secret: random },
  {
    kind: 'Discord webhook',
    line: `POST https://discord.com/api/webhooks/1234567890/${random}_-x failed`,
    secret: random,
  },
  { kind: 'JSON Web Token', line: `checked eyJhbGciOiJIUzI1NiJ9.${random}.${random}`, secret: random },
  {
    kind: 'Discord bot token',
    line: `login with ${['MTIzNDU2Nzg5MDEyMzQ1Njc4', 'GabcdE', `${random}aa`].join('.')}`,
    secret: random,
  },
  { kind: 'API key of a known form', line: `using ${['ghp', random].join('_')}`, secret: random },
  { kind: 'credential of an HTTP scheme', line: `> authorization Bearer ${random}`, secret: random },
  { kind: 'credential of an HTTP scheme', line: `{"header":"Basic ${random}=="}`, secret: random },
  { kind: 'cookie or authorization header', line: `Set-Cookie: sid=${random}; HttpOnly`, secret: random },
  { kind: 'secret in single quotes', line: `ALTER ROLE app PASSWORD '${random} it''s'`, secret: random },
  { kind: 'secret in single quotes', line: `config { password: '${random} two words' }`, secret: random },
  { kind: 'secret in double quotes', line: `{"level":"info","apiKey":"${random} \\" quoted"}`, secret: random },
  { kind: 'secret in double quotes', line: `{"db":{"DB_PASSWORD":"${random}"}}`, secret: random },
  { kind: 'secret in double quotes', line: `{"scope":"identify ${random}"}`, secret: random },
  {
    kind: 'secret in JSON inside of a JSON string',
    line: `{"body":"{\\"refresh_token\\":\\"${random}\\",\\"n\\":1}"}`,
    secret: random,
  },
  { kind: 'secret number in JSON', line: '{"password":99887766554433,"n":1}', secret: '99887766554433' },
  { kind: 'list of secrets in JSON', line: `{"tokens":["a","${random}"],"n":1}`, secret: random },
  { kind: 'secret after its name', line: `GET /login?access_token=${random}&page=2`, secret: random },
  { kind: 'secret after its name', line: `DISCORD_CLIENT_SECRET=${random}`, secret: random },
  { kind: 'scopes in a URL', line: `GET /authorize?scope=${random}%20guilds&state=1`, secret: random },
  { kind: 'e-mail address', line: `mailed to ${random}@example.org.`, secret: random },
  { kind: 'e-mail address', line: `{"to":"${random}%40example.org"}`, secret: random },
];
