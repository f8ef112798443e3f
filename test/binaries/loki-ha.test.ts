/**
 * A ring of three Lokis and their compactor, with the config of stack prod. Each is a process with a host name and an
 * address of its own, and a shared folder is the bucket.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { entriesOf, pushBody, queryRequest } from '../support/loki';
import {
  BUILD_TIMEOUT,
  give,
  programs,
  removeFolder,
  type RunningProgram,
  say,
  startProgram,
  temporaryFolder,
  until,
} from '../support/program';
import { configFile, mapStrings, stack } from '../support/rendered-stack';
import { send } from '../support/request';

const HTTP = 3100;
const RING = [0, 1, 2].map((index) => ({
  name: `loki-${index}`,
  address: `127.77.0.${index + 1}`,
  files: 'loki-config',
}));
const COMPACTOR = { name: 'compactor-0', address: '127.77.0.10', files: 'compactor-config' };
const PERSON = '281474976710656001';
const SOMEBODY = '281474976710656002';
const TENANT = 'spywatcher';

type Member = typeof COMPACTOR;
const prod = stack('prod');
const running = new Map<string, RunningProgram>();
let folder: string;
let loki: string;

/** The pod's config, but for addresses, the bucket, and waiting times of minutes. */
function localConfig({ files, address, name }: Member): string {
  const data = join(folder, name);
  const config = parse(configFile(prod, files, 'config.yaml')) as Record<string, Record<string, unknown>>;
  const section = (key: string): Record<string, unknown> => config[key] ?? {};
  const isCompactor = name === COMPACTOR.name;
  const local = {
    ...config,
    server: { ...section('server'), http_listen_address: address, grpc_listen_address: address },
    common: { ...section('common'), instance_addr: address },
    ...(isCompactor
      ? {}
      : {
          memberlist: {
            bind_addr: [address],
            advertise_addr: address,
            join_members: RING.map((member) => member.address),
          },
        }),
    schema_config: mapStrings(config['schema_config'], (text) => text.replace(/^s3$/, 'filesystem')),
    storage_config: {
      tsdb_shipper: { ...(section('storage_config')['tsdb_shipper'] as object), resync_interval: '3s' },
      filesystem: { directory: join(folder, 'bucket') },
    },
    compactor: {
      ...section('compactor'),
      ...(isCompactor
        ? {
            compaction_interval: '5s',
            apply_retention_interval: '5s',
            delete_request_store: 'filesystem',
            delete_request_cancel_period: '1s',
          }
        : {}),
    },
  };
  return stringify(
    mapStrings(local, (text) => text.replace('/etc/loki', data).replace('/var/loki', join(data, 'data'))),
  );
}

/** Starts a member under its pod's name. */
async function start(member: Member): Promise<void> {
  const data = join(folder, member.name);
  mkdirSync(join(data, 'data'), { recursive: true });
  writeFileSync(join(data, 'config.yaml'), localConfig(member));
  writeFileSync(join(data, 'overrides.yaml'), configFile(prod, member.files, 'overrides.yaml'));
  give(data);
  const command = `hostname ${member.name} && exec "$0" "-config.file=$1"`;
  const program = startProgram(
    ['unshare', '--uts', 'sh', '-c', command, loki, join(data, 'config.yaml')],
    join(data, 'log'),
  );
  running.set(member.name, program);
  await until(
    member.name,
    async () => {
      const { status, text } = await send({ host: member.address, port: HTTP, path: '/ready' }).catch(() => ({
        status: 0,
        text: 'no answer',
      }));
      return status === 200 ? undefined : text.trim();
    },
    { seconds: 90, program },
  );
}

async function stop({ name }: Member, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  await running.get(name)?.stop(signal);
  running.delete(name);
}

const member = (index: number): Member => {
  const found = RING[index];
  if (found === undefined) throw new Error(`no member ${index}`);
  return found;
};

async function push({ address }: Member, person: string, message: string): Promise<number> {
  const line = JSON.stringify({ userId: person, message });
  const { status } = await send({
    host: address,
    port: HTTP,
    path: '/loki/api/v1/push',
    body: pushBody({ labels: { job: 'backend' }, line }),
    headers: { 'X-Scope-OrgID': TENANT },
  });
  return status;
}

const asTenant = ({ path, headers }: ReturnType<typeof queryRequest>) => ({
  path,
  headers: { ...headers, 'X-Scope-OrgID': TENANT },
});

const eraser = (parameters: string, method: string) =>
  send({
    host: COMPACTOR.address,
    port: HTTP,
    method,
    path: `/loki/api/v1/delete${parameters}`,
    headers: { 'X-Scope-OrgID': TENANT },
  });

const messagesOf = async ({ address }: Member): Promise<readonly string[]> =>
  entriesOf(await send({ host: address, port: HTTP, ...asTenant(queryRequest('{job="backend"}')) }))
    .map(({ line }) => (JSON.parse(line) as { readonly message: string }).message)
    .toSorted();

beforeAll(async () => {
  loki = (await programs('loki')).loki;
  folder = temporaryFolder('loki-ha');
  mkdirSync(join(folder, 'bucket'));
  say('starting three Lokis and a compactor');
  await Promise.all([...RING, COMPACTOR].map(start));
}, BUILD_TIMEOUT);
afterAll(async () => {
  await Promise.all([...running.values()].map((program) => program.stop('SIGKILL')));
  removeFolder(folder);
});

test('what one takes, all of them have', async () => {
  expect(await push(member(0), PERSON, 'a')).toBe(204);
  expect(await push(member(1), SOMEBODY, 'b')).toBe(204);
  for (const each of RING) expect(await messagesOf(each)).toEqual(['a', 'b']);
});

test('with one of them dead, the others go on taking and answering', async () => {
  await stop(member(2), 'SIGKILL');
  expect(await push(member(0), SOMEBODY, 'c')).toBe(204);
  expect(await messagesOf(member(1))).toEqual(['a', 'b', 'c']);
  await start(member(2));
}, 120_000);

test('replaced one after the other, they lose nothing, and the bucket has it all', async () => {
  for (const each of RING) {
    say(`restarting ${each.name}`);
    await stop(each);
    await start(each);
  }
  for (const each of RING) expect(await messagesOf(each)).toEqual(['a', 'b', 'c']);
}, 300_000);

test('one compacts, and it is the compactor', () => {
  expect(running.get(COMPACTOR.name)?.output()).toContain('compactor started');
  for (const { name } of RING) expect(running.get(name)?.output()).not.toMatch(/compactor started|compacting table/);
});

test('what is erased at the compactor is gone from the bucket, and nothing else', async () => {
  const query = `{job="backend"} | json userId="userId" | userId="${PERSON}"`;
  const parameters = new URLSearchParams({ query, start: String(Math.floor(Date.now() / 1000) - 7200) });
  const { status } = await eraser(`?${parameters.toString()}`, 'POST');
  expect(status).toBe(204);
  await until(
    'the compactor, which begins a minute after the time to take a request back',
    async () => {
      const { text } = await eraser('', 'GET');
      const [request] = JSON.parse(text) as readonly { readonly status: string }[];
      return request?.status === 'processed' ? undefined : `the request is ${request?.status ?? 'not there'}`;
    },
    { seconds: 150 },
  );
  // For some minutes each Loki goes on knowing what it had itself. What counts is what is left without.
  await Promise.all(
    RING.map(async (each) => {
      await stop(each, 'SIGKILL');
      rmSync(join(folder, each.name), { recursive: true });
      await start(each);
    }),
  );
  for (const each of RING) expect(await messagesOf(each)).toEqual(['b', 'c']);
}, 300_000);
