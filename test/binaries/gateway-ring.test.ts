/** The real nginx in front of three Lokis of which one fails, as the gateway of a ring. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningGateway, startGateway } from '../../programs/gateway';
import { PUSH, QUERY } from '../support/gateway-paths';
import { newLine } from '../support/gateway-suite';
import { pushBody } from '../../programs/loki';
import { freePorts } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { type Response, send } from '../../programs/request';
import { HA } from '../support/config';

/** How often each is asked below: every Loki has its turn. */
const REQUESTS = 12;
/** Where the compactor would be. */
const NOBODY = 9;
const ring = variant('ring', { environment: 'dev', ...HA });
const values = secretValues(ring);

/** What stands in for a Loki. */
interface Stub {
  readonly port: number;
  /** How many requests it has read to their end. */
  readonly asked: () => number;
  readonly stop: () => Promise<void>;
}

/** Answers everything, or reads a request to its end and dies of it. */
async function startStub(kind: 'answers' | 'dies'): Promise<Stub> {
  let asked = 0;
  const server: Server = createServer((request, response) => {
    request.resume().once('end', () => {
      asked += 1;
      if (kind === 'dies') request.socket.destroy();
      else response.end('{"status":"success"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A gateway of three Lokis, and what it is asked `REQUESTS` times. */
async function askRing(ports: readonly number[], ask: (gateway: RunningGateway) => Promise<Response>) {
  const gateway = await startGateway(
    ring,
    values,
    (service) => `127.0.0.1:${ports[Number(/^loki-(\d)/.exec(service)?.[1])] ?? NOBODY}`,
  );
  try {
    const statuses: number[] = [];
    for (let index = 0; index < REQUESTS; index += 1) statuses.push((await ask(gateway)).status);
    return statuses;
  } finally {
    await gateway.stop();
  }
}

const push = ({ port }: RunningGateway): Promise<Response> =>
  send({
    port,
    path: PUSH,
    body: pushBody({ labels: { job: 'gateway-test' }, line: newLine() }),
    credential: `promtail:${values['gateway.promtail'] ?? ''}`,
  });
const query =
  (method: 'GET' | 'POST') =>
  ({ port }: RunningGateway): Promise<Response> =>
    send({
      port,
      method,
      credential: `grafana:${values['gateway.grafana'] ?? ''}`,
      ...(method === 'GET'
        ? { path: `${QUERY}?query=vector(1)` }
        : {
            path: QUERY,
            body: 'query=vector(1)',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }),
    });

let living: readonly Stub[];
beforeEach(async () => (living = await Promise.all([startStub('answers'), startStub('answers')])));
afterEach(() => Promise.all(living.map(({ stop }) => stop())));
const livingPorts = (): readonly number[] => living.map(({ port }) => port);
const askedOfLiving = (): number => living.reduce((sum, { asked }) => sum + asked(), 0);

test.each([
  ['a push', push],
  ['a query', query('GET')],
  ['a query by POST', query('POST')],
])('given one that refuses connections, then %s is answered by another, each time and once', async (_what, ask) => {
  const [closed = 0] = await freePorts(1);
  expect(await askRing([...livingPorts(), closed], ask)).toEqual(Array.from({ length: REQUESTS }, () => 200));
  expect(askedOfLiving()).toBe(REQUESTS);
});

describe('given one that reads a request and dies', () => {
  let dying: Stub;
  beforeEach(async () => (dying = await startStub('dies')));
  afterEach(() => dying.stop());

  test.each([
    ['a query', query('GET')],
    ['a query by POST', query('POST')],
  ])('then %s is answered by another', async (_what, ask) => {
    expect(await askRing([...livingPorts(), dying.port], ask)).toEqual(Array.from({ length: REQUESTS }, () => 200));
    expect(dying.asked()).toBeGreaterThan(0);
    expect(askedOfLiving()).toBe(REQUESTS);
  });

  test('then a push is not sent again, for it may be stored: the client hears 502 and decides', async () => {
    const statuses = await askRing([...livingPorts(), dying.port], push);
    const refused = statuses.filter((status) => status === 502);
    expect(refused).toHaveLength(dying.asked());
    expect(refused.length).toBeGreaterThan(0);
    expect(askedOfLiving()).toBe(REQUESTS - refused.length);
    // It is left out for a while; without that, it would be every third.
    expect(refused.length).toBeLessThan(REQUESTS / 3);
  });
});
