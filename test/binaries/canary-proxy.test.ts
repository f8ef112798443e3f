/** The real nginx beside the canary: a password that is rotated as docs/access.md says, and whom it shows it to. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gatewayUrl } from '../../src/components/gateway';
import { credentialSecretName } from '../../src/config';
import { rotate } from '../../src/operations/rotate/rotate';
import { BUILD_TIMEOUT, freePorts } from '../../programs/program';
import { type RunningProxy, startProxy } from '../support/proxy';
import { type Recorder, startRecorder } from '../support/recorder';
import { type RenderedStack, secretFiles, secretValues, variant } from '../../programs/rendered-stack';
import { basicAuth, send } from '../../programs/request';
import { startStubLoki, type StubLoki } from '../support/stub-loki';
import { makeCertificate } from '../../programs/tls';
import { CANARY } from '../support/config';

const rendered = variant('with a canary', { environment: 'staging', ...CANARY });
const { config } = rendered;
const values = secretValues(rendered);
const current = secretFiles(rendered, values, credentialSecretName('canary'));
const { password, second } = rotate(
  config,
  { users: '', previous: '', ...secretFiles(rendered, values, 'gateway-users') },
  'canary',
);
const rotated = second?.stringData ?? {};

let stub: StubLoki;
let gateway: Recorder;
let proxy: RunningProxy | undefined;
let queries = 0;

async function start(
  secret: Readonly<Record<string, string>>,
  { stack = rendered, url = `http://127.0.0.1:${gateway.port}`, ...more }: StartOptions = {},
): Promise<RunningProxy> {
  const [port = 0, metrics = 0] = await freePorts(2);
  queries = port;
  return startProxy(stack, {
    workload: 'canary',
    configMap: 'canary-config',
    secret,
    places: {
      '127.0.0.1:3101': `127.0.0.1:${port}`,
      'listen 3500': `listen 127.0.0.1:${metrics}`,
      [gatewayUrl(stack.config)]: url,
    },
    metricsPort: metrics,
    ...more,
  });
}

interface StartOptions {
  readonly stack?: RenderedStack;
  /** Of the gateway. */
  readonly url?: string;
  readonly ca?: string;
}

/** What the gateway is shown when the canary asks. */
async function shown(): Promise<string | undefined> {
  gateway.clear();
  await send({ port: queries, path: '/loki/api/v1/query?query=vector(1)' });
  return /^Authorization: (.*)\r$/m.exec(gateway.requests[0] ?? '')?.[1];
}

beforeAll(async () => {
  stub = await startStubLoki();
  gateway = await startRecorder(stub.port);
  proxy = await start(current);
}, BUILD_TIMEOUT);
afterAll(async () => {
  await proxy?.stop();
  await gateway.stop();
  await stub.stop();
});

test('a rotated password is shown to the gateway from the restart of the pod on, and the old one until then', async () => {
  const old = basicAuth(`canary:${values['gateway.canary'] ?? ''}`);
  expect(await shown()).toBe(old);
  proxy?.replaceSecret(rotated);
  expect(await shown()).toBe(old);
  await proxy?.stop();
  proxy = await start(rotated);
  expect(await shown()).toBe(basicAuth(`canary:${password}`));
});

test('it changes nothing: neither queries by another method, nor other paths, get through', async () => {
  for (const [path, method] of [
    ['/loki/api/v1/query', 'POST'],
    ['/loki/api/v1/tail', 'DELETE'],
    ['/loki/api/v1/push', 'POST'],
    ['/loki/api/v1/delete', 'GET'],
  ] as const) {
    gateway.clear();
    const { status } = await send({ port: queries, path, method, ...(method === 'GET' ? {} : { body: '' }) });
    expect({ path, status, asked: gateway.requests }).toEqual({
      path,
      status: path.includes('query') || path.includes('tail') ? 403 : 404,
      asked: [],
    });
  }
});

describe('given a gateway with a certificate, it shows the credential', () => {
  const stack = variant('with a canary and TLS', { environment: 'staging', ...CANARY, gateway: { tls: {} } });
  const certificate = makeCertificate('gateway.logging.svc');
  const otherName = makeCertificate('elsewhere.logging.svc');
  const otherCa = makeCertificate('gateway.logging.svc');

  test.each([
    ['to the one whose CA it knows', certificate, certificate, 200],
    ['to none that another CA has made', certificate, otherCa, 502],
    ['to none of another name', otherName, otherName, 502],
  ])('%s', async (_, shownCertificate, known, status) => {
    const asked: (string | undefined)[] = [];
    const server = createServer(
      { cert: shownCertificate['tls.crt'], key: shownCertificate['tls.key'] },
      ({ headers }, response) => {
        asked.push(headers.authorization);
        response.end('{}');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const behindTls = await start(current, { stack, url, ca: known['ca.crt'] });
    try {
      const answer = await send({ port: queries, path: '/loki/api/v1/query?query=vector(1)' });
      expect(answer.status).toBe(status);
      expect(asked).toEqual(status === 200 ? [basicAuth(`canary:${values['gateway.canary'] ?? ''}`)] : []);
    } finally {
      await behindTls.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
