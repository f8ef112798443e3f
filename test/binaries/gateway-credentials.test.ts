/** Erase credentials, rotated passwords and failed logins, at the real nginx and the real Loki. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DELETE, PUSH, QUERY, READS, RULES } from '../support/gateway-paths';
import {
  credential,
  gatewayOutput,
  logged,
  logOf,
  lokiOfTests,
  newLine,
  ofLine,
  push,
  type Running,
  severalTenants,
} from '../support/gateway-suite';
import { secretFiles, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

const { beforeLoki, start, heldBy } = lokiOfTests();

describe('an erase credential', () => {
  let running: Running;
  let eraser: string;
  const query = (line: string) =>
    `${DELETE}?${new URLSearchParams({ query: ofLine(line), start: '1700000000' }).toString()}`;
  beforeAll(async () => {
    running = await start(severalTenants);
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
    const id = headers['x-delete-request-id'];
    const erasures = await logged(running, 'the erasure', ({ deleteRequestId }) => deleteRequestId === id);
    expect(erasures.at(-1)).toMatchObject({
      action: 'LOG_ERASURE',
      user: 'eraser',
      tenant: 'spywatcher',
      start: '1700000000',
      ipAddress: '127.0.0.1',
      deleteRequestId: id,
    });
    // Neither in that line nor in any other, nginx' own among them.
    expect(gatewayOutput(running)).not.toContain(line);
  });
});

describe('a rotated password', () => {
  let running: Running;
  const old = 'previous-password-of-promtail-42';
  beforeAll(async () => {
    running = await start(severalTenants, { 'gatewayPrevious.promtail': old });
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
    const before = secretFiles(severalTenants, running.values, 'gateway-users')['previous'] ?? '';
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

  it('are logged with their address', async () => {
    expect(await logged(running, 'each refusal', ({ status }) => status === 401, 5)).toHaveLength(5);
    expect(logOf(running).access[0]).toMatchObject({ ipAddress: '127.0.0.1', user: 'promtail' });
  });

  it.each([
    [429, 'promtail', 'POST', PUSH, () => 'promtail:wrong-password-number-9'],
    [403, 'grafana', 'POST', PUSH, () => credential(running, 'grafana')],
    [403, 'promtail', 'GET', QUERY, () => credential(running, 'promtail')],
  ])('are logged with it as well where the answer is %d', async (status, user, method, path, credentialOf) => {
    const answer = await send({ port: running.gateway.port, path, method, credential: credentialOf() });
    expect(answer.status).toBe(status);
    const line = { message: `${method} ${path} ${status}`, status, user, ipAddress: '127.0.0.1' };
    await logged(running, 'the refusal', (found) => isDeepStrictEqual(found, { ...found, ...line }));
  });
});
