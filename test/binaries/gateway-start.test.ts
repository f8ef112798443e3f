/** The real nginx, started as the gateway's pod starts it, while a Service's name does not exist yet. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalGateway, writeGatewayFiles } from '../../programs/gateway';
import { removeFolder, type RunningProgram, startProgram, until } from '../../programs/program';
import { secretValues, variant } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { startStubLoki, type StubLoki } from '../support/stub-loki';

const HOST = 'loki.not-yet.example';
const stack = variant('gateway-start', { environment: 'dev', auth: { loki: { enabled: false } } });
const values = secretValues(stack);

let stub: StubLoki;
let files: LocalGateway;
let program: RunningProgram;

beforeAll(async () => {
  stub = await startStubLoki();
});
afterAll(() => stub.stop());

/** As the pod, with names that are in a file of its own alone. */
async function start(change = (config: string): string => config): Promise<void> {
  files = await writeGatewayFiles(stack, values, () => `${HOST}:${stub.port}`);
  const { folder, command } = files;
  writeFileSync(hosts(), '127.0.0.1 localhost\n');
  writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: files\n');
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, change(readFileSync(config, 'utf8')));
  const script = `mount --bind ${hosts()} /etc/hosts && mount --bind ${folder}/nsswitch.conf /etc/nsswitch.conf &&
    exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
  program = startProgram(['unshare', '--mount', 'sh', '-c', script, 'sh', ...command], join(folder, 'nginx.log'));
}
const hosts = (): string => join(files.folder, 'hosts');

afterEach(async () => {
  await program.stop();
  removeFolder(files.folder);
});

const untilItWaits = (): Promise<void> =>
  until('nginx to miss the name', () => (missed() > 0 ? undefined : 'nothing is missed'), { program });
const missed = (): number => program.output().split(`host not found in upstream "${HOST}:`).length - 1;

test('it waits, and answers once the name is there', async () => {
  await start();
  await untilItWaits();
  appendFileSync(hosts(), `127.0.0.1 ${HOST}\n`);
  await until(
    'the gateway',
    () =>
      send({ port: files.port, path: '/health' }).then(
        ({ status }) => (status === 200 ? undefined : `${status}`),
        String,
      ),
    { program },
  );
  const { status } = await send({ port: files.port, path: '/loki/api/v1/labels' });
  expect(status).toBe(200);
  expect(await program.stop('SIGQUIT')).toBe(0);
});

test('told to end, it does so while it waits', async () => {
  await start();
  await untilItWaits();
  const asked = Date.now();
  expect(await program.stop('SIGTERM')).toBe(0);
  expect(Date.now() - asked).toBeLessThan(5000);
});

test('of any other mistake it ends at once, with nginx’ own words', async () => {
  await start((config) => `nonsense on;\n${config}`);
  await until('its end', () => (program.exitCode() === undefined ? 'it runs' : undefined));
  expect(program.exitCode()).toBe(1);
  expect(program.output()).toContain('unknown directive "nonsense"');
});
