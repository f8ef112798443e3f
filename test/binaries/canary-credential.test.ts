/** The canary's password, rotated as docs/access.md says, at the real nginx beside it. */
import { gatewayUrl } from '../../src/components/gateway';
import { credentialSecretName } from '../../src/config';
import { rotate } from '../../src/operations/rotate';
import { BUILD_TIMEOUT, freePorts } from '../support/program';
import { type RunningProxy, startProxy } from '../support/proxy';
import { type Recorder, startRecorder } from '../support/recorder';
import { secretFiles, secretValues, variant } from '../support/rendered-stack';
import { basicAuth, send } from '../support/request';
import { startStubLoki, type StubLoki } from '../support/stub-loki';
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

async function start(secret: Readonly<Record<string, string>>): Promise<RunningProxy> {
  const [port = 0, metrics = 0] = await freePorts(2);
  queries = port;
  return startProxy(rendered, {
    workload: 'canary',
    configMap: 'canary-config',
    secret,
    places: {
      '127.0.0.1:3101': `127.0.0.1:${port}`,
      'listen 3500': `listen 127.0.0.1:${metrics}`,
      [gatewayUrl(config)]: `http://127.0.0.1:${gateway.port}`,
    },
    metricsPort: metrics,
  });
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
