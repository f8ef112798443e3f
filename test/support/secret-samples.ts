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
    kind: 'password in a URL',
    line: `{"code":"ERR_INVALID_URL","input":"postgres://app:a/b'${random}@db:5432/x"}`,
    secret: random,
  },
  { kind: 'password in a URL', line: `dsn app:${random}/1@tcp(db:3306)/x`, secret: random },
  {
    kind: 'token in a path',
    line: `POST https://discord.com/api/webhooks/1234567890/${random}_-x failed`,
    secret: random,
  },
  {
    kind: 'token in a path',
    line: `{"url":"https://discord.com/api/v10/interactions/1234567890123456789/${random}/callback"}`,
    secret: random,
  },
  { kind: 'token in a path', line: `POST https://hooks.slack.com/services/T0/B0/${random} 404`, secret: random },
  { kind: 'token in a path', line: `https://api.telegram.org/bot123456789:${random}/sendMessage`, secret: random },
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
  { kind: 'secret in a command', line: `{"command":{"name":"auth","args":["app","${random}"]}}`, secret: random },
  {
    kind: 'secret in a command',
    line: `{"command":{"name":"hello","args":["3","AUTH","app","${random}"]}}`,
    secret: random,
  },
  {
    kind: 'secret in a command',
    line: `{"command":{"name":"migrate","args":["h","6379","k",0,"9","AUTH","${random}","KEYS","k"]}}`,
    secret: random,
  },
  {
    kind: 'secret in a command',
    line: `{ name: 'migrate', args: [ 'h', 'auth2', 'app', '${random}' ] }`,
    secret: random,
  },
  { kind: 'secret in a command', line: `{"args":["SETUSER","app","on",">${random}","~*"]}`, secret: random },
  { kind: 'secret in a command', line: `ACL SETUSER app on >${random} ~*`, secret: random },
  { kind: 'secret in a command', line: `config line: requirepass ${random}`, secret: random },
  { kind: 'secret in a command', line: `> AUTH PLAIN ${random}==`, secret: random },
  { kind: 'OAuth parameter', line: `GET /authorize?scope=${random}%20guilds&state=1`, secret: random },
  { kind: 'OAuth parameter', line: `{"body":"code=${random}&grant_type=authorization_code"}`, secret: random },
  { kind: 'secret under its name', line: `{"db":{"DB_PASSWORD":"${random}"}}`, secret: random },
  { kind: 'secret under its name', line: `{"scope":"identify ${random}"}`, secret: random },
  { kind: 'secret under its name', line: `{"level":"info","apiKey":"a \\" quoted ${random}"}`, secret: random },
  {
    kind: 'secret under its name',
    line: `{"body":"{\\"refresh_token\\":\\"${random}\\",\\"n\\":1}"}`,
    secret: random,
  },
  { kind: 'secret under its name', line: '{"password":99887766554433,"n":1}', secret: '99887766554433' },
  { kind: 'secret under its name', line: `{"tokens":["a",["b"],"${random}"],"n":1}`, secret: random },
  { kind: 'secret under its name', line: `{"credentials":[{"scopes":["a"],"key":"${random}"}]}`, secret: random },
  { kind: 'secret under its name', line: `{ tokens: [ 'a', '${random}' ] }`, secret: random },
  { kind: 'secret under its name', line: `level=info password="two words ${random}"`, secret: random },
  { kind: 'secret beside its name', line: `{"path":"password","value":"${random}"}`, secret: random },
  { kind: 'secret beside its name', line: `{"value":"${random}","msg":"x","path":["a","password"]}`, secret: random },
  { kind: 'secret beside its name', line: `{ instancePath: '/password', data: '${random}' }`, secret: random },
  { kind: 'secret beside its name', line: `{"path":["tokens",0],"n":1,"input":"${random}"}`, secret: random },
  { kind: 'secret beside its name', line: `{ value: '${random}', label: 'tokens[0]', key: 0 }`, secret: random },
  {
    kind: 'secret beside its name',
    line: `{"body":"{\\"e\\":\\"[{\\\\\\"path\\\\\\":[\\\\\\"password\\\\\\"],\\\\\\"input\\\\\\":\\\\\\"${random}\\\\\\"}]\\"}"}`,
    secret: random,
  },
  {
    kind: 'secret after its name in a list',
    line: `{"rawHeaders":["Host","h","X-Api-Key","${random}"]}`,
    secret: random,
  },
  { kind: 'user and password in one', line: `{"host":"db","auth":"app:${random}"}`, secret: random },
  { kind: 'secret in an error', line: `Path \`password\` (\`${random}\`) is too short`, secret: random },
  { kind: 'secret in an error', line: `Path \`user.password\` is invalid (a ) ${random}).`, secret: random },
  { kind: 'secret in an error', line: `"password" with value "${random}" fails to match`, secret: random },
  {
    kind: 'secret in an error',
    line: `Cast to Number failed for value "${random}" (type string) at path "password"`,
    secret: random,
  },
  { kind: 'secret in double quotes', line: `config { password: "${random} two words" }`, secret: random },
  { kind: 'secret in double quotes', line: `{"message":"config password=\\"${random} two\\""}`, secret: random },
  { kind: 'secret in single quotes', line: `ALTER ROLE app PASSWORD '${random} it''s'`, secret: random },
  { kind: 'secret in single quotes', line: `config { password: '${random} two words' }`, secret: random },
  { kind: 'secret in single quotes', line: `{'password': b'${random}'}`, secret: random },
  { kind: 'secret after its name', line: `GET /login?access_token=${random}&page=2`, secret: random },
  { kind: 'secret after its name', line: `DISCORD_CLIENT_SECRET=${random}`, secret: random },
  { kind: 'secret after its name', line: `DISCORD_TOKEN_DEV=${random}`, secret: random },
  { kind: 'secret after its name', line: `{"message":"run --password ${random}"}`, secret: random },
  { kind: 'secret in XML', line: `<user><password>${random}</password></user>`, secret: random },
  { kind: 'e-mail address', line: `mailed to ${random}@example.org.`, secret: random },
  { kind: 'e-mail address', line: `{"to":"\\n${random}%40example.org"}`, secret: random },
];
