/** Tenants at the real nginx and the real Loki: whatever a client sends, it writes and reads its own lines alone. */
import { PUSH, READS, RULES } from '../support/gateway-paths';
import {
  credential,
  lokiOfTests,
  newLine,
  ofLine,
  push,
  type Running,
  severalTenants,
  tail,
} from '../support/gateway-suite';
import { entriesOf, pushBody, queryRequest } from '../../programs/loki';
import { until } from '../../programs/program';
import { basicAuth, send, sendRaw } from '../../programs/request';

const { beforeLoki, start, heldBy } = lokiOfTests();

/** What a client may send that wants to be taken for a tenant. */
const HEADERS = (
  tenant: string,
): readonly (readonly [string, Readonly<Record<string, string | readonly string[]>>])[] => [
  ['the other tenant’s id', { 'X-Scope-OrgID': tenant }],
  ['both ids', { 'X-Scope-OrgID': `spywatcher|${tenant}` }],
  ['the ids in two headers', { 'X-Scope-OrgID': ['spywatcher', tenant] }],
  ['the id in small letters', { 'x-scope-orgid': tenant }],
  ['the id with underscores', { X_Scope_OrgID: tenant }],
  ['an empty id', { 'X-Scope-OrgID': '' }],
  ['the order to drop the gateway’s own header', { Connection: 'close, X-Scope-OrgID', 'X-Scope-OrgID': tenant }],
];

describe('the gateway of several tenants', () => {
  let running: Running;
  beforeAll(async () => (running = await start(severalTenants)));
  afterAll(() => running.gateway.stop());

  it('shows the rules of a tenant to its own readers', async () => {
    const alerts = async (name: string): Promise<string> => {
      const { status, text } = await send({
        port: running.gateway.port,
        path: '/prometheus/api/v1/rules',
        headers: { 'X-Scope-OrgID': 'spywatcher' },
        credential: credential(running, name),
      });
      expect({ name, status }).toEqual({ name, status: 200 });
      return text;
    };
    // Loki is ready before it has read them.
    await until('the rules', async () =>
      (await alerts('grafana')).includes('HighErrorRate') ? undefined : 'none yet',
    );
    expect(await alerts('volatile')).toContain('"groups":[]');
  });

  it.each([
    ['promtail', 'spywatcher', 'audit'],
    ['include', 'spywatcher', 'audit'],
    ['default', 'audit', 'spywatcher'],
    ['payments-writer', 'payments', 'spywatcher'],
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

  describe.each(HEADERS('audit'))('from a client that sends %s', (_what, headers) => {
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
  let marks = 0;
  beforeAll(async () => (running = await start(severalTenants)));
  afterAll(() => running.gateway.stop());

  it('finds the lines of all its tenants in one query, and of no other reader’s', async () => {
    const line = newLine();
    for (const name of ['promtail', 'default']) await push(running, line, { credential: credential(running, name) });
    const request = { port: running.gateway.port, ...queryRequest(ofLine(line)) };
    const lines = async (name: string) =>
      entriesOf(await send({ ...request, credential: credential(running, name) })).length;
    expect([await lines('overseer'), await lines('grafana'), await lines('volatile')]).toEqual([2, 1, 1]);
  });

  it.each([['nothing of a tenant', {}] as const, ...HEADERS('payments')])(
    'sees nothing of a tenant that it does not list, while it sends %s',
    async (_what, headers) => {
      const line = newLine();
      const own = `of_payments_${(marks += 1)}`;
      const labels = { job: 'gateway-test', [own]: 'yes' };
      for (const name of ['promtail', 'payments-writer'])
        await push(running, line, {
          credential: credential(running, name),
          ...(name === 'promtail' ? {} : { body: pushBody({ labels, line }) }),
        });
      expect(await heldBy('payments', line)).toBe(1);
      const ask = async (path: string, more = {}) =>
        send({
          port: running.gateway.port,
          path,
          headers: { ...more, ...headers },
          credential: credential(running, 'overseer'),
        });
      const request = queryRequest(ofLine(line));
      expect(entriesOf(await ask(request.path, request.headers)).map((entry) => entry.labels)).toEqual([
        expect.not.objectContaining({ [own]: 'yes' }) as object,
      ]);
      for (const path of [
        '/loki/api/v1/labels',
        `/loki/api/v1/label/${own}/values`,
        '/loki/api/v1/series?match[]=%7Bjob%3D%22gateway-test%22%7D',
      ]) {
        const { status, text } = await ask(path);
        expect({ path, status, seen: text.includes(own) || text.includes('yes') }).toEqual({
          path,
          status: 200,
          seen: false,
        });
      }
      expect(beforeLoki.requests.at(-1)).toMatch(/^X-Scope-OrgID: spywatcher\|audit\r$/m);
    },
  );

  it('reads of several tenants what a reader of one does', async () => {
    const who = credential(running, 'overseer');
    for (const path of READS) {
      const { status } = await send({ port: running.gateway.port, path, credential: who });
      expect({ path, status }).toEqual({ path, status: 200 });
    }
  });

  it('can neither tail nor see rules, which Loki has of one tenant alone, nor push', async () => {
    const who = credential(running, 'overseer');
    expect(await tail(running, '{job=~".+"}', who, () => Promise.resolve())).toBe('refused');
    for (const path of RULES) {
      const { status } = await send({ port: running.gateway.port, path, credential: who });
      expect({ path, status }).toEqual({ path, status: 403 });
    }
    expect((await push(running, newLine(), { credential: who })).status).toBe(403);
    expect(beforeLoki.requests).toEqual([]);
  });
});
