/** The gateway's port for clients from outside, on the real nginx: whose credential counts there, from which address, on which paths, and how many at once. */
import { randomBytes } from 'node:crypto';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { type Request, type Response, send } from '../../programs/request';
import { startTlsBridge } from '../../programs/tls';
import type { StackConfigInput } from '../../src/config';
import { ADMIN, PUSH } from '../support/gateway-paths';
import {
  type AccessLine,
  credential,
  logged,
  lokiOfTests,
  newLine,
  ofLine,
  push,
  type Running,
  severalTenants,
  startBefore,
} from '../support/gateway-suite';
import { type Recorder, startRecorder } from '../support/recorder';
import { startStubLoki, type StubLoki } from '../support/stub-loki';

type Gateway = NonNullable<StackConfigInput['gateway']>;
type Expose = NonNullable<Gateway['expose']>;

const QUERY = '/loki/api/v1/query_range?query=%7Bjob%3D%22x%22%7D';
/** The tests' own address, which is that of an ingress controller where that is trusted. */
const HERE = '127.0.0.0/8';
const CLIENT = '203.0.113.9';
const HOST = 'logs.example.com';
/** Refused passwords that an address may try in a minute. */
const MOST_FAILURES = 3;

const exposed = (name: string, expose: Expose, more: Gateway = {}): RenderedStack =>
  variant(name, {
    environment: 'staging',
    auth: severalTenants.config.auth,
    gateway: { failedLoginsPerMinute: MOST_FAILURES, ...more, expose },
  });

const outsidePort = ({ gateway }: Running): number => {
  if (gateway.outsidePort === undefined) throw new Error('this gateway has no port for clients from outside');
  return gateway.outsidePort;
};

const loki = lokiOfTests();

describe('given a write credential from everywhere, and another one from some addresses, of a controller that is trusted', () => {
  let running: Running;
  beforeAll(async () => {
    running = await loki.start(
      exposed('outside', {
        type: 'ingress',
        host: HOST,
        credentials: [{ name: 'promtail' }, { name: 'payments-writer', cidrs: ['203.0.113.0/24', '2001:db8::/32'] }],
        trustedProxies: [HERE],
      }),
    );
  });
  afterAll(() => running.gateway.stop());

  /** A push that the controller says is from `address`. */
  const from = (address: string, options: Partial<Request>, line = newLine()) =>
    push(running, line, { port: outsidePort(running), headers: { 'X-Forwarded-For': address }, ...options });

  it('takes a push of the first one from any address, for its tenant', async () => {
    const line = newLine();
    expect((await from('198.51.100.1', { credential: credential(running, 'promtail') }, line)).status).toBe(204);
    expect(await loki.heldBy('spywatcher', line)).toBe(1);
  });

  it.each([
    [CLIENT, 204],
    ['2001:db8::7', 204],
    ['198.51.100.1', 403],
    // The last address that is not the controller's counts, not what the client wrote before it.
    [`${CLIENT}, 198.51.100.1`, 403],
    [`198.51.100.1, ${CLIENT}`, 204],
    // Two controllers, one behind the other.
    [`${CLIENT}, 127.0.0.5`, 204],
  ])('answers a push of the second one from %s with %d', async (address, status) => {
    expect((await from(address, { credential: credential(running, 'payments-writer') })).status).toBe(status);
  });

  it('says of an address that is not the credential’s what is wrong, as JSON', async () => {
    const { headers, text } = await from('198.51.100.1', { credential: credential(running, 'payments-writer') });
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      status: 'error',
      error: 'this credential is for clients with other addresses',
    });
  });

  it('takes a controller that says nothing for the client', async () => {
    const { status } = await from('', { credential: credential(running, 'payments-writer'), headers: {} });
    expect(status).toBe(403);
  });

  it.each([
    ['grafana', '203.0.113.101'],
    ['eraser', '203.0.113.102'],
    ['overseer', '203.0.113.103'],
    ['default', '203.0.113.104'],
    ['nobody', '203.0.113.105'],
  ])('knows nothing of %s, as if it did not exist, with whatever password', async (name, address) => {
    for (const password of [running.values[`gateway.${name}`] ?? 'x', 'wrong'])
      expect((await from(address, { credential: `${name}:${password}` })).status).toBe(401);
    expect(loki.beforeLoki.requests).toEqual([]);
  });

  it('refuses a wrong password and none, and counts them by the client’s address', async () => {
    expect((await from('198.51.100.2', { credential: 'promtail:wrong' })).status).toBe(401);
    expect((await from('198.51.100.2', {})).status).toBe(401);
    const isOfClient = ({ ipAddress, status }: AccessLine): boolean => ipAddress === '198.51.100.2' && status === 401;
    expect(await logged(running, 'the client’s address', isOfClient, 2)).toHaveLength(2);
    const tries: number[] = [];
    for (let number = 0; number <= MOST_FAILURES; number += 1)
      tries.push((await from('198.51.100.3', { credential: 'promtail:wrong' })).status);
    expect(tries).toEqual([401, 401, 401, 429]);
    expect((await from('198.51.100.4', { credential: 'promtail:wrong' })).status).toBe(401);
  });

  it('takes the previous password while it counts, and only from an address of its own', async () => {
    const previous = randomBytes(16).toString('hex');
    const rotated = await loki.start(running.rendered, { 'gatewayPrevious.payments-writer': previous });
    try {
      const statusFrom = async (address: string) =>
        (
          await push(rotated, newLine(), {
            port: outsidePort(rotated),
            credential: `payments-writer:${previous}`,
            headers: { 'X-Forwarded-For': address },
          })
        ).status;
      expect(await statusFrom(CLIENT)).toBe(204);
      expect(await statusFrom('198.51.100.5')).toBe(403);
    } finally {
      await rotated.gateway.stop();
    }
  });

  it('has no path to read or to erase, as no credential that is listed may use one', async () => {
    for (const path of [QUERY, '/loki/api/v1/labels', '/loki/api/v1/tail', '/loki/api/v1/delete', ...ADMIN]) {
      const { status } = await send({
        port: outsidePort(running),
        path,
        credential: credential(running, 'promtail'),
        headers: { 'X-Forwarded-For': CLIENT },
      });
      expect({ path, status }).toEqual({ path, status: 404 });
    }
    expect(loki.beforeLoki.requests).toEqual([]);
  });

  it('leaves the port in the cluster as it was: every credential counts there, from everywhere', async () => {
    const line = newLine();
    expect((await push(running, line, { credential: credential(running, 'payments-writer') })).status).toBe(204);
    expect(await loki.heldBy('payments', line)).toBe(1);
    const found = await send({
      port: running.gateway.port,
      path: `/loki/api/v1/query_range?query=${encodeURIComponent(ofLine(line))}`,
      credential: credential(running, 'payments-reader'),
    });
    expect(found.status).toBe(200);
  });

  it('believes nobody’s word about an address on the port in the cluster', async () => {
    for (let number = 0; number < MOST_FAILURES; number += 1)
      await push(running, newLine(), {
        credential: 'promtail:wrong',
        headers: { 'X-Forwarded-For': `198.51.100.${10 + number}` },
      });
    const { status } = await push(running, newLine(), {
      credential: 'promtail:wrong',
      headers: { 'X-Forwarded-For': '198.51.100.20' },
    });
    expect(status).toBe(429);
  });
});

describe('given a controller that is not trusted', () => {
  let running: Running;
  beforeAll(async () => {
    running = await loki.start(
      exposed('not trusted', {
        type: 'ingress',
        host: HOST,
        credentials: [{ name: 'promtail' }, { name: 'grafana' }],
      }),
    );
  });
  afterAll(() => running.gateway.stop());

  it('whatever a client says of its address, it is the controller’s', async () => {
    const tries: number[] = [];
    for (let number = 0; number <= MOST_FAILURES; number += 1)
      tries.push(
        (
          await push(running, newLine(), {
            port: outsidePort(running),
            credential: 'promtail:wrong',
            headers: { 'X-Forwarded-For': `198.51.100.${number}` },
          })
        ).status,
      );
    expect(tries).toEqual([401, 401, 401, 429]);
  });

  it('has the paths to read where a reader is listed, and leaves a writer out of them', async () => {
    const statusOf = async (name: string) =>
      (await send({ port: outsidePort(running), path: QUERY, credential: credential(running, name) })).status;
    expect([await statusOf('grafana'), await statusOf('promtail')]).toEqual([200, 403]);
  });
});

describe('given a load balancer, in front of a gateway that speaks TLS in the cluster too', () => {
  let running: Running;
  beforeAll(async () => {
    running = await loki.start(
      exposed(
        'balanced',
        {
          type: 'loadBalancer',
          host: HOST,
          credentials: [
            { name: 'promtail', cidrs: [HERE] },
            { name: 'payments-writer', cidrs: ['203.0.113.0/24'] },
          ],
          tls: { secretName: 'outside-tls' },
        },
        { tls: {} },
      ),
    );
  });
  afterAll(() => running.gateway.stop());

  /** A request by TLS, from somebody who trusts this CA, and expects the certificate of the host. */
  async function overTls(ca: string | undefined, send: (port: number) => Promise<Response>): Promise<Response> {
    const bridge = await startTlsBridge({ port: outsidePort(running), host: HOST, ca: ca ?? '' });
    try {
      return await send(bridge.port);
    } finally {
      await bridge.stop();
    }
  }

  it('shows the certificate of its host, and takes a push over TLS', async () => {
    const line = newLine();
    const { status } = await overTls(running.gateway.outsideCertificate?.['ca.crt'], (port) =>
      push(running, line, { port, credential: credential(running, 'promtail') }),
    );
    expect(status).toBe(204);
    expect(await loki.heldBy('spywatcher', line)).toBe(1);
  });

  it('does not show the certificate of the cluster’s Service there', async () => {
    await expect(
      overTls(running.gateway.certificate?.['ca.crt'], (port) => send({ port, path: '/health' })),
    ).rejects.toThrow();
  });

  it('speaks no plain HTTP there', async () => {
    expect((await send({ port: outsidePort(running), path: '/health' })).status).toBe(400);
  });

  it('takes the address of the connection, whatever a header says', async () => {
    const { status } = await overTls(running.gateway.outsideCertificate?.['ca.crt'], (port) =>
      push(running, newLine(), {
        port,
        credential: credential(running, 'payments-writer'),
        headers: { 'X-Forwarded-For': CLIENT },
      }),
    );
    expect(status).toBe(403);
  });
});

describe('given as many clients from outside as may be there at once', () => {
  const MOST = 20;
  /** Large pushes of one port that may be there at once. */
  const MOST_LARGE = 16;
  let stub: StubLoki;
  let recorder: Recorder;
  let running: Running;
  beforeAll(async () => {
    stub = await startStubLoki();
    recorder = await startRecorder(stub.port);
    running = await startBefore(
      recorder,
      exposed('full', {
        type: 'ingress',
        host: HOST,
        credentials: [{ name: 'promtail' }],
        maxConnections: MOST,
      }),
    );
  });
  afterAll(async () => {
    await running.gateway.stop();
    await recorder.stop();
    await stub.stop();
  });

  const pushTo = (port: number, options: Partial<Request> = {}) =>
    send({ port, path: PUSH, body: '{}', credential: credential(running, 'promtail'), ...options });
  const LARGE: Partial<Request> = { body: ' '.repeat(1_000_000) };

  it('answers 503 to one more from outside, and serves those inside', async () => {
    const release = stub.hold();
    const served = Array.from({ length: MOST }, () => pushTo(outsidePort(running)));
    await stub.isAskedBy(MOST);
    expect((await pushTo(outsidePort(running))).status).toBe(503);
    const inside = pushTo(running.gateway.port);
    await stub.isAskedBy(MOST + 1);
    release();
    expect((await Promise.all([...served, inside])).map(({ status }) => status)).toEqual(
      Array.from({ length: MOST + 1 }, () => 200),
    );
  });

  it('answers 503 to one more large push from outside, and takes a large one from inside', async () => {
    const release = stub.hold();
    const served = Array.from({ length: MOST_LARGE }, () => pushTo(outsidePort(running), LARGE));
    await stub.isAskedBy(MOST_LARGE);
    expect((await pushTo(outsidePort(running), LARGE)).status).toBe(503);
    const inside = pushTo(running.gateway.port, LARGE);
    await stub.isAskedBy(MOST_LARGE + 1);
    release();
    expect((await Promise.all([...served, inside])).map(({ status }) => status)).toEqual(
      Array.from({ length: MOST_LARGE + 1 }, () => 200),
    );
  });
});
