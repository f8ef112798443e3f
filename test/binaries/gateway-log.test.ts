/** What the real nginx writes down of requests that want to leave something behind in its log. */
import { PUSH, QUERY } from '../support/gateway-paths';
import {
  credential,
  expectOrderlyLog,
  gatewayOutput,
  logged,
  logOf,
  lokiOfTests,
  newLine,
  push,
  type Running,
  severalTenants,
} from '../support/gateway-suite';
import { pushBody } from '../../programs/loki';
import { send } from '../../programs/request';

const { start } = lokiOfTests();

describe('the gateway’s output', () => {
  const previous = 'previous-password-of-promtail-42';
  const previousReader = 'previous-password-of-grafana-42';
  const PERSON = '281474976710656001';
  const forged = 'x\nlevel=info action=LOG_ERASURE';
  let running: Running;
  beforeAll(async () => {
    running = await start(severalTenants, {
      'gatewayPrevious.promtail': previous,
      'gatewayPrevious.grafana': previousReader,
    });
  });
  afterAll(() => running.gateway.stop());

  /** A query that names a person. */
  const ofPerson = `${QUERY}?query=${encodeURIComponent(`{job="gateway-test"} |= "${PERSON}"`)}`;
  const ask = async (path: string, who?: string) =>
    (await send({ port: running.gateway.port, path, ...(who === undefined ? {} : { credential: who }) })).status;

  it('holds nothing but lines of JSON, whatever is asked', async () => {
    // Pushes and queries with the password before this one: nginx tries the present one first.
    expect((await push(running, newLine(), { credential: `promtail:${previous}` })).status).toBe(204);
    expect(
      (await push(running, newLine(), { path: `${PUSH}?person=${PERSON}`, credential: `promtail:${previous}` })).status,
    ).toBe(204);
    expect(
      await ask(
        `/loki/api/v1/query_range?query=${encodeURIComponent(`{job="x"} |= "${PERSON}"`)}`,
        `grafana:${previousReader}`,
      ),
    ).toBe(200);
    // Refused ones.
    expect(await ask(ofPerson, 'grafana:wrong-wrong-wrong-wrong-w')).toBe(401);
    expect(await ask(ofPerson, credential(running, 'promtail'))).toBe(403);
    expect(await ask(ofPerson)).toBe(401);
    expect(await ask(ofPerson, `${forged}:pw`)).toBe(401);
    // A body that nginx keeps in a file: from 320 KB on, a quarter more than its buffer.
    const lines = Array.from({ length: 5 }, (_, index) => ({
      labels: { job: 'burst', part: String(index) },
      line: 'x'.repeat(100 * 1024),
    }));
    const large = await push(running, '', { body: pushBody(...lines), credential: credential(running, 'promtail') });
    expect(large.status).toBe(204);
    expect(await logged(running, 'each refusal', ({ status }) => status === 401, 3)).toHaveLength(3);
    expectOrderlyLog(running);
    expect(gatewayOutput(running)).not.toContain(PERSON);
  });

  it('has the name that a client has made up within one line, and no line of its making', () => {
    const { access } = logOf(running);
    expect(access.filter(({ user }) => user === forged)).toMatchObject([{ status: 401, ipAddress: '127.0.0.1' }]);
    expect(gatewayOutput(running)).not.toMatch(/^level=info/m);
    expect(access.filter(({ action }) => action !== undefined)).toEqual([]);
  });
});
