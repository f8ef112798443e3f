/** Loki with its chunks and index in a container of Azure Blob Storage, on an emulator. */
import { entries, lokiFiles, pushBody, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs } from '../../programs/program';
import { type RenderedStack, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { type AzureServer, startAzure } from '../support/azure';

const TENANT = 'spywatcher';
const ACCOUNT = 'watchlogs';
const SUFFIX = 'blob.example.test';

let loki: string;
let azure: AzureServer;
beforeAll(async () => {
  azure = await startAzure(ACCOUNT, SUFFIX);
  loki = azure.beside((await programs('loki')).loki);
}, BUILD_TIMEOUT);
afterAll(() => azure.stop());

const rendered: RenderedStack = variant('on Azure', {
  environment: 'dev',
  storage: {
    type: 'azure',
    account: ACCOUNT,
    container: 'logs',
    endpointSuffix: SUFFIX,
    prefix: 'logs',
    egress: [{ cidr: '20.150.0.0/17', port: 443 }],
  },
});

const linesOf = async (port: number): Promise<readonly string[]> =>
  (await entries(port, TENANT, '{job="backend"}')).map(({ line }) => line);

test('given a key of the account in a variable, Loki makes the container, and with an empty volume finds there what it took', async () => {
  const first = await startLoki(loki, rendered, { env: azure.env });
  try {
    const headers = { 'X-Scope-OrgID': TENANT };
    const body = pushBody({ labels: { job: 'backend' }, line: 'kept in a container' });
    expect(await send({ port: first.port, path: '/loki/api/v1/push', headers, body })).toMatchObject({ status: 204 });
  } finally {
    // It writes what it has in memory before it ends.
    await first.stop();
  }
  const second = await startLoki(loki, rendered, { env: azure.env });
  try {
    expect(await linesOf(second.port)).toEqual(['kept in a container']);
  } finally {
    await second.stop();
  }
}, 240_000);

test('given another key, it does not become ready, and says the reason', async () => {
  expect(lokiFiles(rendered).config['storage_config']).toMatchObject({
    object_store: { azure: { account_key: '${AZURE_STORAGE_KEY}' } },
  });
  const env = { ...azure.env, AZURE_STORAGE_KEY: Buffer.alloc(64, 'x').toString('base64') };
  await expect(startLoki(loki, rendered, { env })).rejects.toThrow(/AuthorizationFailure/);
}, 240_000);
