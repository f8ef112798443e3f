/** The real nginx in front of a Loki that takes its time, or that is not there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '../../programs/gateway';
import { PUSH, QUERY, RULES } from '../support/gateway-paths';
import { credential, logged, newLine, type Running, severalTenants, startBefore } from '../support/gateway-suite';
import { pushBody } from '../../programs/loki';
import { freePorts, say, until } from '../../programs/program';
import { type Recorder, startRecorder } from '../support/recorder';
import { secretValues, variant } from '../../programs/rendered-stack';
import { basicAuth, type Response, send } from '../../programs/request';
import { startStubLoki, type StubLoki } from '../support/stub-loki';

/** The least that a stack may say. */
const MOST_CONNECTIONS = 32;
const MOST_TAILS = 2;
/** What nginx waits for an answer, or for the next bytes of a tail, where its config says nothing. */
const DEFAULT_TIMEOUT_S = 60;

const patient = variant('patient', {
  environment: 'staging',
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        { name: 'audit', write: ['audit-writer'], read: ['audit-reader'] },
      ],
    },
  },
  gateway: { maxConnections: MOST_CONNECTIONS },
  limits: { queryTimeout: '2m', maxTails: MOST_TAILS },
});

describe('in front of a Loki that takes its time', () => {
  let stub: StubLoki;
  let beforeStub: Recorder;
  let running: Running;
  beforeAll(async () => {
    stub = await startStubLoki();
    beforeStub = await startRecorder(stub.port);
    running = await startBefore(beforeStub, patient);
  });
  afterAll(async () => {
    await running.gateway.stop();
    await beforeStub.stop();
    await stub.stop();
  });
  beforeEach(() => beforeStub.clear());

  const ask = (path: string, who: string, timeout = 20_000): Promise<Response> =>
    send({ port: running.gateway.port, path, credential: credential(running, who), timeout });
  const query = (timeout?: number): Promise<Response> => ask(`${QUERY}?query=vector(1)`, 'grafana', timeout);
  /** A request for a WebSocket that is to be refused. */
  const refusedTail = (who: string): Promise<Response> =>
    send({
      port: running.gateway.port,
      path: '/loki/api/v1/tail',
      credential: credential(running, who),
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    });

  /** An open tail, with what it has heard. */
  interface Tail {
    readonly socket: WebSocket;
    readonly messages: readonly string[];
    readonly isClosed: () => boolean;
  }

  function openTail(who: string): Promise<Tail> {
    const headers = { authorization: basicAuth(credential(running, who)) };
    const socket = new WebSocket(`ws://127.0.0.1:${running.gateway.port}/loki/api/v1/tail`, { headers });
    const messages: string[] = [];
    let closed = false;
    socket.addEventListener('message', ({ data }) => messages.push(String(data)));
    socket.addEventListener('close', () => (closed = true));
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve({ socket, messages, isClosed: () => closed }));
      socket.addEventListener('error', () => reject(new Error(`the tail of ${who} is refused`)));
    });
  }

  async function close({ socket, isClosed }: Tail): Promise<void> {
    socket.close();
    await until('the tail to be closed', () => (isClosed() ? undefined : 'it is open'));
  }

  /** The access log's last line with this status. */
  const loggedWith = async (status: number) =>
    (await logged(running, `a ${status}`, (line) => line.status === status)).at(-1);

  it('lets a reader see the rules, those of its own tenant', async () => {
    for (const path of RULES) {
      const { status, text } = await ask(path, 'grafana');
      expect({ path, status, text }).toEqual({ path, status: 200, text: stub.answer });
    }
    expect(beforeStub.requests.map((request) => request.split(' HTTP')[0])).toEqual(RULES.map((path) => `GET ${path}`));
    for (const request of beforeStub.requests) expect(request).toMatch(/^X-Scope-OrgID: spywatcher\r$/m);
  });

  it(`waits longer than ${DEFAULT_TIMEOUT_S} s for an answer, and as long for a tail’s next line`, async () => {
    const seconds = DEFAULT_TIMEOUT_S + 4;
    say(`an answer and a tail’s first line are held back for ${seconds} s, longer than nginx waits by default`);
    const tail = await openTail('grafana');
    const release = stub.hold();
    const answered = query(2 * seconds * 1000);
    await sleep(seconds * 1000);
    release();
    expect(await answered).toMatchObject({ status: 200, text: stub.answer });
    expect({ heard: tail.messages, closed: tail.isClosed() }).toEqual({ heard: [], closed: false });
    stub.sayToTails('a late line');
    await until('the tail’s line', () => (tail.messages.length > 0 ? undefined : 'nothing yet'));
    expect(tail.messages).toEqual(['a late line']);
    await close(tail);
  });

  it('answers 503 as JSON to one more than it may serve at once, and its health all the same', async () => {
    const release = stub.hold();
    const served = Array.from({ length: MOST_CONNECTIONS }, () => query());
    await stub.isAskedBy(MOST_CONNECTIONS);
    const { status, headers, text } = await query();
    expect({ status, type: headers['content-type'] }).toEqual({ status: 503, type: 'application/json' });
    expect(JSON.parse(text)).toEqual({ status: 'error', error: 'too many requests at once; try again' });
    expect((await send({ port: running.gateway.port, path: '/health' })).status).toBe(200);
    release();
    expect((await Promise.all(served)).map((answer) => answer.status)).toEqual(served.map(() => 200));
    expect((await query()).status).toBe(200);
  });

  it('answers 429 as JSON where a tenant has as many tails as it may, and leaves the other tenant its own', async () => {
    const tails = await Promise.all(Array.from({ length: MOST_TAILS }, () => openTail('grafana')));
    const { status, text } = await refusedTail('grafana');
    expect(status).toBe(429);
    expect(JSON.parse(text)).toMatchObject({ status: 'error', error: expect.stringContaining('tails') as string });
    const other = await openTail('audit-reader');
    expect(await loggedWith(429)).toMatchObject({
      message: 'GET /loki/api/v1/tail 429',
      user: 'grafana',
      ipAddress: '127.0.0.1',
    });
    const [first] = tails;
    if (first !== undefined) await close(first);
    // Whoever closes one may open another.
    const next = await openTail('grafana');
    for (const each of [...tails.slice(1), other, next]) await close(each);
  });
});

it('answers 502 as JSON where no Loki listens', async () => {
  const [closed = 0] = await freePorts(1);
  const values = secretValues(severalTenants);
  const gateway = await startGateway(severalTenants, values, closed);
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
