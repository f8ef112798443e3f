/** The gateway's rendered config is run by the real nginx, in front of the real Loki. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { SecretValues } from '../../src/deploy/secret-values';
import { type RunningGateway, startGateway, testGatewayConfig } from '../support/gateway';
import { entries, entriesOf, pushBody, queryRequest, type RunningLoki, startLoki } from '../support/loki';
import { BUILD_TIMEOUT, freePorts, programs, say, until } from '../support/program';
import { type Recorder, startRecorder } from '../support/recorder';
import { type RenderedStack, secretFiles, secretValues, stack, STACKS, variant } from '../support/rendered-stack';
import { basicAuth, type Request, type Response, send, sendRaw } from '../support/request';
import { makeCertificate } from '../support/tls';

const twoTenants = variant('two tenants', {
  environment: 'staging',
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail', 'include'], read: ['grafana'], erase: ['eraser'] },
        // Words that mean something to nginx are names like any other.
        { name: 'audit', write: ['default'], read: ['volatile', 'hostnames'] },
      ],
      crossTenantReaders: [{ name: 'overseer', tenants: ['spywatcher', 'audit'] }],
    },
  },
});

let loki: RunningLoki;
let beforeLoki: Recorder;
beforeAll(async () => {
  loki = await startLoki((await programs('loki')).loki, twoTenants);
  beforeLoki = await startRecorder(loki.port);
  say(`Loki is ready after ${loki.startedIn} ms`);
}, BUILD_TIMEOUT);
afterAll(async () => {
  await beforeLoki.stop();
  await loki.stop();
});
beforeEach(() => beforeLoki.clear());

const named = (stacks: readonly RenderedStack[]) => stacks.map((rendered) => [rendered.name, rendered] as const);
const stacks = STACKS.map(stack);

describe('nginx -t', () => {
  it.each(named([...stacks, twoTenants]))('accepts the config of %s', async (_name, rendered) => {
    const { code, output } = await testGatewayConfig(rendered, secretValues(rendered));
    expect({ code, output }).toEqual({ code: 0, output: expect.not.stringContaining('[warn]') as string });
  });

  it('refuses a directive that nginx does not know, so that the tests above can fail', async () => {
    const rendered = stack('dev');
    const objects = rendered.objects.map((object) =>
      object.kind === 'ConfigMap' && object.metadata.name === 'gateway-config'
        ? { ...object, data: { 'nginx.conf': 'events {}\nhttp { no_such_directive on; }\n' } }
        : object,
    );
    const { code, output } = await testGatewayConfig({ ...rendered, objects }, secretValues(rendered));
    expect(code).not.toBe(0);
    expect(output).toContain('unknown directive "no_such_directive"');
  });
});

const PUSH = '/loki/api/v1/push';
const QUERY = '/loki/api/v1/query';
/** Paths that a reader needs, with what Loki wants to know. */
const READS = [
  `${QUERY}?query=vector(1)`,
  '/loki/api/v1/query_range?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/labels',
  '/loki/api/v1/label/job/values?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/series?match[]=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/stats?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/volume?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/index/volume_range?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_labels?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_fields?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/detected_field/level/values?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/format_query?query=%7Bjob%3D~%22.%2B%22%7D',
  '/loki/api/v1/status/buildinfo',
];
/** What a reader may ask for besides; without a ruler Loki knows nothing of it. */
const RULES = ['/loki/api/v1/rules', '/prometheus/api/v1/rules', '/prometheus/api/v1/alerts'];
const DELETE = '/loki/api/v1/delete';

/** Answers of a closed door: no credential, one of another kind, or one refusal too many. */
const REFUSED = [401, 403, 429];

/** What Loki serves besides, and nobody may reach through the gateway. */
const ADMIN = [
  '/',
  '/flush',
  '/ingester/shutdown',
  '/ingester/prepare_shutdown',
  '/ingester/prepare-partition-downscale',
  '/config',
  '/config/tenant/v1/limits',
  '/ring',
  '/distributor/ring',
  '/scheduler/ring',
  '/ruler/ring',
  '/compactor/ring',
  '/indexgateway/ring',
  '/memberlist',
  '/services',
  '/metrics',
  '/ready',
  '/log_level',
  '/debug/pprof/',
  '/debug/pprof/heap',
  '/debug/fgprof',
  '/loki/api/v1/cache/generation_numbers',
  '/loki/api/v1/rules/namespace',
  '/loki/api/v1/rules/namespace/group',
  '/loki/api/v1/drilldown-limits',
  '/prometheus/api/v1/rules/namespace',
  '/api/prom/push',
  '/api/prom/query',
  '/api/prom/tail',
  '/api/prom/rules',
  '/ui/',
  '/loki-0/metrics',
];

/** Ways to write a path so that one program may read it as another does not. */
function spellings(path: string): readonly string[] {
  const encoded = (text: string): string =>
    Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
  const last = path.slice(path.lastIndexOf('/') + 1);
  return [
    path,
    `${path}/`,
    `${path}.`,
    `${path}%20`,
    `${path}?`,
    `${path}?/loki/api/v1/push`,
    `${path};a=b`,
    `${path};/loki/api/v1/push`,
    `${path}/../${last}`,
    `${path}%00`,
    `${path}%00${PUSH}`,
    `/${path}`,
    `//${path}`,
    `/.${path}`,
    `/x/..${path}`,
    path.replaceAll('/', '//'),
    path.toUpperCase(),
    `/${encoded(path.slice(1))}`,
    encoded(path),
    `/${encoded(encoded(path.slice(1)))}`,
    `/%2e%2e${path}`,
    `/%2f${path}`,
    `/health/..${path}`,
    `/health${path}`,
    `/health/%2e%2e${path}`,
    `${PUSH}/../../../..${path}`,
    `${PUSH}/..%2f..%2f..%2f..${path}`,
    `${PUSH}/%2e%2e/%2e%2e/%2e%2e/%2e%2e${path}`,
    `${PUSH}/..;/..;/..;/..;${path}`,
    `${PUSH}\\..\\..\\..\\..${path}`,
    `${PUSH};${path}`,
    `${PUSH}%3f${path}`,
    `${PUSH}%23${path}`,
    `${PUSH}%0d%0aX:%20y`,
    `${PUSH}%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aGET%20${path}`,
    `${QUERY}/../../../..${path}`,
    `${QUERY}${path}`,
    `/loki/api/v1/label/..${path}/values`,
    `/loki/api/v1/label/%2e%2e%2f%2e%2e%2f%2e%2e${path}%3f/values`,
    `/loki/api/v1/label/job/values/../../../../../..${path}`,
    `/loki/api/v1/label/job%2fvalues%2f..%2f..%2f..%2f..%2f..%2f..${path}/values`,
    `/loki/api/v1/label/job/values%0a${path}`,
    `http://loki${path}`,
    `http://gateway.logging.svc//${path}`,
  ];
}

interface Running {
  readonly rendered: RenderedStack;
  readonly values: SecretValues;
  readonly gateway: RunningGateway;
}

async function start(rendered: RenderedStack, more: SecretValues = {}): Promise<Running> {
  const values = { ...secretValues(rendered), ...more };
  return { rendered, values, gateway: await startGateway(rendered, values, beforeLoki.port) };
}

const credential = ({ values }: Running, name: string): string => `${name}:${values[`gateway.${name}`] ?? ''}`;

let counter = 0;
/** A line that no other test has written. */
const newLine = (): string => `line ${(counter += 1)} of ${process.pid}`;

function push(running: Running, line: string, options: Partial<Request> = {}): Promise<Response> {
  return send({
    port: running.gateway.port,
    path: PUSH,
    body: pushBody({ labels: { job: 'gateway-test' }, line }),
    ...options,
  });
}

const ofLine = (line: string): string => `{job="gateway-test"} |= \`${line}\``;

/** Asks Loki itself, past the gateway: what a tenant really holds. */
async function heldBy(tenant: string, line: string): Promise<number> {
  return (await entries(loki.port, tenant, ofLine(line))).length;
}

/** That the pages of Loki's owner stay closed, whoever asks and however. */
async function expectClosed(running: Running, credentials: readonly (string | undefined)[]): Promise<void> {
  const open: string[] = [];
  for (const path of ADMIN.flatMap(spellings)) {
    for (const [index, who] of credentials.entries()) {
      const method = index % 2 === 0 ? 'GET' : 'POST';
      const { status } = await send({
        port: running.gateway.port,
        path,
        method,
        ...(who === undefined ? {} : { credential: who }),
        headers: { 'X-Scope-OrgID': 'spywatcher', 'X-Original-URL': '/flush', 'X-Rewrite-URL': '/flush' },
      });
      // A door without a handle: the only answers are that there is nothing, or that it makes no sense.
      if (![400, 404].includes(status)) open.push(`${method} ${path}: ${status}`);
    }
  }
  expect(open).toEqual([]);
  expect(beforeLoki.requests).toEqual([]);
}

async function expectMetricsOnly(running: Running): Promise<void> {
  const { config } = running.rendered;
  const pods = Array.from({ length: config.deployment.replicas }, (_, index) => `/loki-${index}/metrics`);
  const port = running.gateway.metricsPort;
  for (const path of pods) {
    const { status, text } = await send({ port, path });
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(text).toContain('loki_build_info');
  }
  beforeLoki.clear();
  const wrong = [
    `/loki-${pods.length}/metrics`,
    PUSH,
    ...READS,
    ...ADMIN.filter((path) => !pods.includes(path)),
    ...['/config', '/flush'].flatMap(spellings),
    '/loki-0/metrics/',
    '/loki-0/metrics/../config',
    '/loki-0/metrics%2f..%2f..%2fflush',
    '/loki-0/',
    '/loki-0/flush',
    '/loki-0/loki/api/v1/query?query=vector(1)',
  ];
  for (const path of wrong) {
    const { status } = await send({ port, path, headers: { 'X-Scope-OrgID': 'spywatcher' } });
    if (![400, 404].includes(status)) throw new Error(`${path} is open on the metrics port: ${status}`);
  }
  expect(beforeLoki.requests).toEqual([]);
}

/** A websocket's first message, or why there is none. */
function tail({ gateway }: Running, query: string, who: string | undefined, onOpen: () => Promise<unknown>) {
  const url = `ws://127.0.0.1:${gateway.port}/loki/api/v1/tail?query=${encodeURIComponent(query)}`;
  const headers: Record<string, string> = who === undefined ? {} : { authorization: basicAuth(who) };
  return new Promise<string>((resolve) => {
    const socket = new WebSocket(url, { headers });
    const done = (text: string): void => {
      clearTimeout(late);
      resolve(text);
      socket.close();
    };
    const late = setTimeout(() => done('no message'), 15_000);
    socket.addEventListener('open', () => void onOpen());
    socket.addEventListener('message', ({ data }) => done(String(data)));
    socket.addEventListener('error', () => done('refused'));
  });
}

function logLines({ gateway }: Running): readonly string[] {
  return gateway.program.output().split('\n');
}

/** What every gateway keeps to, whoever it lets in. */
function expectOrderlyLog(running: Running): void {
  const lines = logLines(running);
  const requests = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly message: string; readonly status: number });
  expect(requests.length).toBeGreaterThan(0);
  // A line per push would be collected, pushed, and logged again.
  expect(requests.filter(({ message, status }) => message.includes(PUSH) && status < 300)).toEqual([]);
  expect(lines.filter((line) => /\[(emerg|alert|crit)\]/.test(line))).toEqual([]);
  for (const value of Object.values(running.values)) expect(gatewayOutput(running)).not.toContain(value);
}

const gatewayOutput = ({ gateway }: Running): string => gateway.program.output();

describe.each(named(stacks.filter(({ config }) => config.auth.loki.enabled)))(
  'the gateway of %s, which asks for a credential',
  (_name, rendered) => {
    let running: Running;
    let write: string;
    let read: string;
    beforeAll(async () => {
      running = await start(rendered);
      write = credential(running, 'promtail');
      read = credential(running, 'grafana');
    });
    afterAll(() => running.gateway.stop());

    it('lets the write credential push, and the read credential query what was pushed', async () => {
      const line = newLine();
      expect((await push(running, line, { credential: write })).status).toBe(204);
      const answer = await send({ port: running.gateway.port, credential: read, ...queryRequest(ofLine(line)) });
      expect(entriesOf(answer).map((entry) => entry.line)).toEqual([line]);
    });

    it('does not let the write credential query', async () => {
      for (const path of [...READS, ...RULES]) {
        const { status } = await send({ port: running.gateway.port, path, credential: write });
        expect({ path, status }).toEqual({ path, status: 403 });
      }
      expect(beforeLoki.requests).toEqual([]);
    });

    it('does not let the read credential push', async () => {
      for (const path of [PUSH, '/otlp/v1/logs'])
        expect((await push(running, newLine(), { path, credential: read })).status).toBe(403);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('opens every path that a reader needs', async () => {
      for (const path of READS) {
        const { status } = await send({ port: running.gateway.port, path, credential: read });
        expect({ path, status }).toEqual({ path, status: 200 });
      }
      expect(beforeLoki.requests).toHaveLength(READS.length);
    });

    it.each<[string, () => string | undefined]>([
      ['no credential', () => undefined],
      ['a wrong password', () => 'promtail:wrong-wrong-wrong-wrong-w'],
      ['an empty password', () => 'promtail:'],
      ['the password of another', () => `promtail:${running.values['gateway.grafana'] ?? ''}`],
      ['a name in another case', () => write.replace('promtail', 'Promtail')],
      ['a name alone', () => 'promtail'],
      ['an unknown name', () => write.replace('promtail', 'somebody')],
    ])('refuses %s', async (_what, credentialOf) => {
      const who = credentialOf();
      const options = who === undefined ? {} : { credential: who };
      expect(REFUSED).toContain((await push(running, newLine(), options)).status);
      for (const path of READS) {
        const { status } = await send({ port: running.gateway.port, path, ...options });
        expect({ path, refused: REFUSED.includes(status) }).toEqual({ path, refused: true });
      }
      expect(beforeLoki.requests).toEqual([]);
    });

    it('tells Loki the tenant, and nothing of the credential', async () => {
      await push(running, newLine(), { credential: write });
      await send({ port: running.gateway.port, path: READS[0] ?? '', credential: read });
      expect(beforeLoki.requests).toHaveLength(2);
      for (const request of beforeLoki.requests) {
        expect(request).toMatch(/^X-Scope-OrgID: spywatcher\r$/m);
        expect(request).not.toMatch(/^Authorization:/im);
      }
    });

    it('passes a path on as it is in the config, however the client spelled it', async () => {
      await send({ port: running.gateway.port, path: `/${READS[0] ?? ''}`, credential: read });
      await push(running, newLine(), { credential: write, path: '/loki/./api/../api/v1//%70ush' });
      expect(beforeLoki.requests.map((request) => request.split(' HTTP')[0])).toEqual([
        `GET ${READS[0] ?? ''}`,
        `POST ${PUSH}`,
      ]);
    });

    it('never lets anyone reach what else Loki serves', async () => {
      await expectClosed(running, [write, read, undefined, write]);
    });

    it('answers its own health without asking Loki', async () => {
      expect((await send({ port: running.gateway.port, path: '/health' })).status).toBe(200);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('serves Loki’s metrics and nothing else on the metrics port', () => expectMetricsOnly(running));

    it('lets the read credential tail over a websocket', async () => {
      const line = newLine();
      // Loki looks for new lines once a second from the moment the tail is open.
      const message = await tail(running, ofLine(line), read, () => push(running, line, { credential: write }));
      expect(message).toContain(line);
    });

    it.each<[string, () => string | undefined]>([
      ['the write credential', () => write],
      ['nobody', () => undefined],
    ])('does not let %s tail', async (_who, credentialOf) => {
      expect(await tail(running, '{job=~".+"}', credentialOf(), () => Promise.resolve())).toBe('refused');
      expect(beforeLoki.requests).toEqual([]);
    });

    it('takes a push of almost a whole burst, and answers 413 to more', async () => {
      const lines = Array.from({ length: 95 }, (_, index) => ({
        labels: { job: 'burst', part: String(index % 4) },
        line: 'x'.repeat(200 * 1024),
      }));
      expect((await push(running, '', { body: pushBody(...lines), credential: write })).status).toBe(204);
      beforeLoki.clear();
      const answer = await sendRaw(
        running.gateway.port,
        [
          `POST ${PUSH} HTTP/1.1`,
          'Host: gateway',
          'Connection: close',
          `Authorization: ${basicAuth(write)}`,
          `Content-Length: ${2 * rendered.config.limits.ingestionBurst.bytes + 1}`,
          '\r\n',
        ].join('\r\n'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(beforeLoki.requests).toEqual([]);
    });

    it('logs queries and refusals as JSON, no push, and no credential', () => expectOrderlyLog(running));

    it('ends by the command that the kubelet runs first', async () => {
      expect(await running.gateway.preStop()).toMatchObject({ code: 0 });
      await until('nginx to end', () => (running.gateway.program.exitCode() === 0 ? undefined : 'it runs'), {
        seconds: 10,
      });
    });
  },
);

describe('the gateway of two tenants', () => {
  let running: Running;
  beforeAll(async () => (running = await start(twoTenants)));
  afterAll(() => running.gateway.stop());

  it.each([
    ['promtail', 'spywatcher', 'audit'],
    ['include', 'spywatcher', 'audit'],
    ['default', 'audit', 'spywatcher'],
  ])('puts what %s writes into %s and nothing into %s', async (name, own, other) => {
    const line = newLine();
    expect((await push(running, line, { credential: credential(running, name) })).status).toBe(204);
    expect([await heldBy(own, line), await heldBy(other, line)]).toEqual([1, 0]);
  });

  it.each([
    ['grafana', 'promtail', 1],
    ['grafana', 'default', 0],
    ['volatile', 'promtail', 0],
    ['volatile', 'default', 1],
    ['hostnames', 'default', 1],
  ])('shows to %s what %s wrote: %d', async (reader, writer, count) => {
    const line = newLine();
    await push(running, line, { credential: credential(running, writer) });
    const answer = await send({
      port: running.gateway.port,
      credential: credential(running, reader),
      ...queryRequest(ofLine(line)),
    });
    expect(entriesOf(answer)).toHaveLength(count);
  });

  describe.each([
    ['the other tenant’s id', { 'X-Scope-OrgID': 'audit' }],
    ['both ids', { 'X-Scope-OrgID': 'spywatcher|audit' }],
    ['the id in small letters', { 'x-scope-orgid': 'audit' }],
    ['the id with underscores', { X_Scope_OrgID: 'audit' }],
    ['an empty id', { 'X-Scope-OrgID': '' }],
    ['the order to drop the gateway’s own header', { Connection: 'close, X-Scope-OrgID', 'X-Scope-OrgID': 'audit' }],
  ])('from a client that sends %s', (_what, headers) => {
    it('takes a push into the credential’s own tenant', async () => {
      const line = newLine();
      const who = credential(running, 'promtail');
      expect((await push(running, line, { credential: who, headers })).status).toBe(204);
      expect([await heldBy('spywatcher', line), await heldBy('audit', line)]).toEqual([1, 0]);
    });

    it('answers a query from the credential’s own tenant', async () => {
      const line = newLine();
      await push(running, line, { credential: credential(running, 'default') });
      const request = queryRequest(ofLine(line));
      const answer = await send({
        port: running.gateway.port,
        ...request,
        headers: { ...request.headers, ...headers },
        credential: credential(running, 'grafana'),
      });
      expect(entriesOf(answer)).toEqual([]);
    });
  });

  it('does not take a second header for the first', async () => {
    const line = newLine();
    const body = JSON.stringify(pushBody({ labels: { job: 'gateway-test' }, line }));
    const answer = await sendRaw(
      running.gateway.port,
      [
        `POST ${PUSH} HTTP/1.1`,
        'Host: gateway',
        'X-Scope-OrgID: audit',
        'X-Scope-OrgID: audit',
        `Authorization: ${basicAuth(credential(running, 'promtail'))}`,
        'Connection: close',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect([await heldBy('spywatcher', line), await heldBy('audit', line)]).toEqual([1, 0]);
  });

  it.each([
    'GET flush HTTP/1.1',
    'GET http://loki:3100/flush HTTP/1.1',
    'GET http:///flush HTTP/1.1',
    'CONNECT loki:3100 HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'TRACE /flush HTTP/1.1',
    'GET /flush',
  ])('lets no request line like “%s” through', async (line) => {
    const answer = await sendRaw(running.gateway.port, `${line}\r\nHost: loki\r\nConnection: close\r\n\r\n`);
    expect(answer).not.toMatch(/^HTTP\/1\.[01] [23]/);
    expect(beforeLoki.requests).toEqual([]);
  });

  it('lets no second request hide in the body of a first', async () => {
    const hidden = 'GET /flush HTTP/1.1\r\nHost: loki\r\nX-Scope-OrgID: audit\r\n\r\n';
    const who = basicAuth(credential(running, 'promtail'));
    for (const length of [
      `Content-Length: 0\r\nTransfer-Encoding: chunked`,
      `Content-Length: ${hidden.length}\r\nContent-Length: 0`,
      `Transfer-Encoding: chunked, identity`,
      `Transfer-Encoding : chunked`,
    ]) {
      await sendRaw(
        running.gateway.port,
        `POST ${PUSH} HTTP/1.1\r\nHost: loki\r\nConnection: close\r\nAuthorization: ${who}\r\n${length}\r\n\r\n0\r\n\r\n${hidden}`,
      );
    }
    expect(beforeLoki.requests.filter((request) => request.includes('/flush'))).toEqual([]);
  });
});

describe('a reader across tenants', () => {
  let running: Running;
  beforeAll(async () => (running = await start(twoTenants)));
  afterAll(() => running.gateway.stop());

  it('finds the lines of all its tenants in one query, and of no other reader’s', async () => {
    const line = newLine();
    for (const name of ['promtail', 'default']) await push(running, line, { credential: credential(running, name) });
    const request = { port: running.gateway.port, ...queryRequest(ofLine(line)) };
    const lines = async (name: string) =>
      entriesOf(await send({ ...request, credential: credential(running, name) })).length;
    expect([await lines('overseer'), await lines('grafana'), await lines('volatile')]).toEqual([2, 1, 1]);
  });

  it('cannot tail, which Loki does for one tenant alone, nor push', async () => {
    const who = credential(running, 'overseer');
    expect(await tail(running, '{job=~".+"}', who, () => Promise.resolve())).toBe('refused');
    expect((await push(running, newLine(), { credential: who })).status).toBe(403);
    expect(beforeLoki.requests).toEqual([]);
  });
});

describe('an erase credential', () => {
  let running: Running;
  let eraser: string;
  const query = (line: string) =>
    `${DELETE}?${new URLSearchParams({ query: ofLine(line), start: '1700000000' }).toString()}`;
  beforeAll(async () => {
    running = await start(twoTenants);
    eraser = credential(running, 'eraser');
  });
  afterAll(() => running.gateway.stop());

  it('asks for deletions of its own tenant, sees them, and does nothing else', async () => {
    const options = { port: running.gateway.port, credential: eraser };
    const line = newLine();
    const { status, headers } = await send({ ...options, path: query(line), method: 'POST' });
    expect({ status, id: headers['x-delete-request-id'] }).toEqual({ status: 204, id: expect.any(String) as string });
    expect((await send({ ...options, path: DELETE })).text).toContain(line);
    expect(beforeLoki.requests.every((request) => /^X-Scope-OrgID: spywatcher\r$/m.test(request))).toBe(true);
    beforeLoki.clear();
    for (const path of [...READS, ...RULES, PUSH]) {
      const answer = await send({ ...options, path, ...(path === PUSH ? { method: 'POST' } : {}) });
      expect({ path, status: answer.status }).toEqual({ path, status: 403 });
    }
    expect(beforeLoki.requests).toEqual([]);
  });

  it.each(['promtail', 'grafana', 'overseer', 'default', 'volatile'])(
    'is what %s is not: it may erase nothing',
    async (name) => {
      for (const method of ['POST', 'PUT', 'GET', 'DELETE']) {
        const answer = await send({
          port: running.gateway.port,
          path: query('x'),
          method,
          credential: credential(running, name),
        });
        expect({ method, status: answer.status }).toEqual({ method, status: 403 });
      }
      expect(beforeLoki.requests).toEqual([]);
    },
  );

  it('leaves a line that says who had lines of which tenant erased, and not which lines', async () => {
    const line = newLine();
    const { headers } = await send({
      port: running.gateway.port,
      path: query(line),
      method: 'POST',
      credential: eraser,
    });
    const logged = logLines(running).filter((text) => text.includes('LOG_ERASURE'));
    expect(JSON.parse(logged.at(-1) ?? '{}')).toMatchObject({
      action: 'LOG_ERASURE',
      user: 'eraser',
      tenant: 'spywatcher',
      start: '1700000000',
      ipAddress: '127.0.0.1',
      deleteRequestId: headers['x-delete-request-id'],
    });
    expect(gatewayOutput(running)).not.toContain(line);
  });
});

describe('a rotated password', () => {
  let running: Running;
  const old = 'previous-password-of-promtail-42';
  beforeAll(async () => {
    running = await start(twoTenants, { 'gatewayPrevious.promtail': old });
  });
  afterAll(() => running.gateway.stop());

  it('counts as well as the one before, into the same tenant', async () => {
    for (const who of [credential(running, 'promtail'), `promtail:${old}`]) {
      const line = newLine();
      const answer = await push(running, line, { credential: who });
      expect({ status: answer.status, challenge: answer.headers['www-authenticate'] }).toEqual({ status: 204 });
      expect([await heldBy('spywatcher', line), await heldBy('audit', line)]).toEqual([1, 0]);
    }
  });

  it('opens nothing that the new one does not', async () => {
    for (const path of READS)
      expect((await send({ port: running.gateway.port, path, credential: `promtail:${old}` })).status).toBe(403);
    expect(beforeLoki.requests).toEqual([]);
  });

  it('of one credential is not the password of another', async () => {
    expect((await push(running, newLine(), { credential: `include:${old}` })).status).toBe(401);
  });

  it('is refused from the next request on, once it is gone from the Secret', async () => {
    const before = secretFiles(twoTenants, running.values, 'gateway-users')['previous'] ?? '';
    const file = join(running.gateway.folder, 'users', 'previous');
    writeFileSync(file, '');
    expect((await push(running, newLine(), { credential: `promtail:${old}` })).status).toBe(401);
    writeFileSync(file, before);
    expect((await push(running, newLine(), { credential: `promtail:${old}` })).status).toBe(204);
  });
});

describe('failed logins', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start(
      variant('five failures', {
        environment: 'staging',
        gateway: { failedLoginsPerMinute: 5 },
        grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
      }),
    );
  });
  afterAll(() => running.gateway.stop());

  it('are answered 401 up to the limit of an address, then 429, and never let through', async () => {
    const answers = [];
    for (let attempt = 0; attempt < 8; attempt += 1)
      answers.push(await push(running, newLine(), { credential: `promtail:wrong-password-number-${attempt}` }));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    expect(answers.at(-1)?.headers['retry-after']).toBe('12');
    expect(beforeLoki.requests).toEqual([]);
  });

  it('lock out nobody who has the right password, from the same address', async () => {
    expect((await push(running, newLine(), { credential: credential(running, 'promtail') })).status).toBe(204);
  });

  it('say in JSON what is wrong', async () => {
    const { headers, text } = await push(running, newLine());
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual({ status: 'error', error: expect.any(String) as string });
  });

  it('are logged with their address', () => {
    const refused = logLines(running)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { status: number; ipAddress: string; user: string });
    expect(refused.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(refused[0]).toMatchObject({ ipAddress: '127.0.0.1', user: 'promtail' });
  });
});

describe('a gateway with a certificate', () => {
  let running: Running;
  beforeAll(async () => {
    running = await start(variant('certificate', { environment: 'staging', gateway: { tls: {} } }));
  });
  afterAll(() => running.gateway.stop());

  const certificateOf = (ca: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(
        { host: '127.0.0.1', port: running.gateway.ownPort, servername: 'gateway.logging.svc', ca },
        () => {
          resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
          socket.end();
        },
      ).once('error', reject);
    });

  it('shows it to whoever knows its CA, and speaks no plain HTTP', async () => {
    expect(await certificateOf(running.gateway.certificate?.['ca.crt'] ?? '')).toMatch(/^[0-9A-F:]{95}$/);
    expect((await send({ port: running.gateway.ownPort, path: '/health' })).status).toBe(400);
  });

  it('shows a renewed one without a restart', async () => {
    const renewed = makeCertificate('gateway.logging.svc');
    for (const [name, text] of Object.entries(renewed)) writeFileSync(join(running.gateway.folder, 'tls', name), text);
    const { fingerprint256 } = new X509Certificate(renewed['tls.crt']);
    expect(await certificateOf(renewed['ca.crt'])).toBe(fingerprint256);
  });
});

it('answers 502 as JSON where no Loki listens', async () => {
  const [closed = 0] = await freePorts(1);
  const values = secretValues(twoTenants);
  const gateway = await startGateway(twoTenants, values, closed);
  try {
    const answer = await send({
      port: gateway.port,
      path: PUSH,
      body: pushBody({ labels: { job: 'gateway-test' }, line: newLine() }),
      credential: `promtail:${values['gateway.promtail'] ?? ''}`,
    });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'Loki does not answer' });
  } finally {
    await gateway.stop();
  }
});

describe.each(named(stacks.filter(({ config }) => !config.auth.loki.enabled)))(
  'the gateway of %s, which asks for no credential',
  (_name, rendered) => {
    let running: Running;
    beforeAll(async () => (running = await start(rendered)));
    afterAll(() => running.gateway.stop());

    it('takes a push from anyone into the first tenant, and shows it to anyone', async () => {
      const line = newLine();
      expect((await push(running, line)).status).toBe(204);
      expect(await heldBy('spywatcher', line)).toBe(1);
      const answer = await send({ port: running.gateway.port, ...queryRequest(ofLine(line)) });
      expect(entriesOf(answer)).toHaveLength(1);
    });

    it('does not let a client choose another tenant', async () => {
      const line = newLine();
      expect((await push(running, line, { headers: { 'X-Scope-OrgID': 'audit' } })).status).toBe(204);
      expect([await heldBy('spywatcher', line), await heldBy('audit', line)]).toEqual([1, 0]);
    });

    it('never lets anyone reach what else Loki serves', () => expectClosed(running, [undefined, undefined]));

    it('serves Loki’s metrics and nothing else on the metrics port', () => expectMetricsOnly(running));

    it('lets anyone tail over a websocket', async () => {
      const line = newLine();
      expect(await tail(running, ofLine(line), undefined, () => push(running, line))).toContain(line);
    });

    it('logs queries and refusals as JSON, and no push', () => expectOrderlyLog(running));
  },
);
