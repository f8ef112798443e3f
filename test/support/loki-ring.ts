/**
 * Lokis in a ring and their compactor, with the config that their pods would get. Each is a process with a host name and an
 * address of its own; where there is no S3 server, a shared folder is the bucket.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { LOKI } from '../../src/components/kit/identity';
import { ruleConfigMaps } from '../../src/components/loki/ruler';
import { entriesOf, pushBody, queryRequest } from '../../programs/loki';
import { give, removeFolder, type RunningProgram, startProgram, temporaryFolder, until } from '../../programs/program';
import { configFile, containerOf, mapStrings, type RenderedStack } from '../../programs/rendered-stack';
import { type Request, type Response, send } from '../../programs/request';

/** What the pods listen on. */
const HTTP = 3100;

export interface Member {
  /** Its host name, as its pod's. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface LokiRing {
  readonly members: readonly Member[];
  readonly compactor: Member;
  /**
   * Starts a member, with the data that it has; resolves when it is ready. At its first start it does not wait, as pods do, for others
   * to hear of it: that is looked at instead.
   */
  readonly start: (member: Member) => Promise<void>;
  readonly stop: (member: Member, signal?: NodeJS.Signals) => Promise<void>;
  /** Takes a stopped member's volume away. */
  readonly forget: (member: Member) => void;
  /** The config that members have from their next start on. */
  readonly reconfigure: (rendered: RenderedStack) => void;
  /** What it has written since the first start. */
  readonly output: (member: Member) => string;
  /** Sends a request as a tenant. */
  readonly ask: (
    member: Member,
    request: Pick<Request, 'path' | 'method' | 'body' | 'headers' | 'timeout'>,
  ) => Promise<Response>;
  /** Kills all of them and removes their data. */
  readonly end: () => Promise<void>;
}

export interface LokiRingProps {
  readonly loki: string;
  readonly rendered: RenderedStack;
  /** The first three numbers of the members' addresses. Test files that run at the same time have different ones. */
  readonly network: `127.${number}.${number}`;
  readonly tenant: string;
  /** What a pod gets of the Secret of the stack's bucket. @default - a shared folder is the bucket */
  readonly s3?: Readonly<Record<string, string>>;
  /** Addresses besides its members' that each member tries to join, as if they had been members' before. @default - none */
  readonly strangers?: readonly string[];
  /** The zone of each member's node, where the stack knows zones. */
  readonly zones?: readonly string[];
}

/** A ring of which nothing runs yet. */
export function lokiRing({ loki, network, tenant, s3, strangers = [], zones = [], ...props }: LokiRingProps): LokiRing {
  let { rendered } = props;
  const folder = temporaryFolder('loki-ring');
  mkdirSync(join(folder, 'bucket'));
  const running = new Map<string, RunningProgram>();
  const members = Array.from({ length: rendered.config.deployment.replicas }, (_, index) => ({
    name: `loki-${index}`,
    address: `${network}.${index + 1}`,
    port: HTTP,
  }));
  const compactor = { name: 'compactor-0', address: `${network}.100`, port: HTTP };

  /** The pod's config, but for addresses, the bucket, waiting times of minutes, and the 15 s that a first start waits when it is ready. */
  const localConfig = ({ address, name }: Member, isFirst: boolean): string => {
    const data = join(folder, name);
    const isCompactor = name === compactor.name;
    const file = isCompactor ? 'compactor-config' : 'loki-config';
    const config = parse(configFile(rendered, file, 'config.yaml')) as Record<string, Record<string, unknown>>;
    const section = (key: string): Record<string, unknown> => config[key] ?? {};
    const local = {
      ...config,
      server: { ...section('server'), http_listen_address: address, grpc_listen_address: address },
      common: { ...section('common'), instance_addr: address },
      ...(isFirst && !isCompactor
        ? {
            ingester: {
              ...section('ingester'),
              lifecycler: { ...(section('ingester')['lifecycler'] as object), min_ready_duration: '0s' },
            },
          }
        : {}),
      ...(isCompactor
        ? {}
        : {
            memberlist: {
              ...section('memberlist'),
              bind_addr: [address],
              advertise_addr: address,
              join_members: [...members.map((member) => member.address), ...strangers],
            },
          }),
      ...(s3 === undefined
        ? {
            schema_config: mapStrings(config['schema_config'], (text) => text.replace(/^s3$/, 'filesystem')),
            storage_config: {
              ...section('storage_config'),
              tsdb_shipper: { ...(section('storage_config')['tsdb_shipper'] as object), resync_interval: '3s' },
              object_store: { filesystem: { dir: join(folder, 'bucket') } },
            },
          }
        : {}),
      compactor: {
        ...section('compactor'),
        ...(isCompactor
          ? {
              compaction_interval: '5s',
              apply_retention_interval: '5s',
              ...(s3 === undefined ? { delete_request_store: 'filesystem' } : {}),
              delete_request_cancel_period: '1s',
            }
          : {}),
      },
    };
    return stringify(
      mapStrings(local, (text) =>
        text
          .replace('/etc/loki-rules', join(data, 'rules'))
          .replace('/etc/loki', data)
          .replace('/var/loki', join(data, 'data'))
          // A pod's loopback address is its own; the bucket's server has that of the machine.
          .replace(`127.0.0.1:${LOKI.ports.grpc}`, `${address}:${LOKI.ports.grpc}`),
      ),
    );
  };

  /** The pod's arguments, with what the kubelet would put in. */
  const argumentsOf = (member: Member): readonly string[] => {
    const workload = member === compactor ? 'compactor' : 'loki';
    const zone = zones[members.findIndex(({ name }) => name === member.name)] ?? '';
    return (containerOf(rendered, workload).args ?? []).map((text) =>
      text.replace('/etc/loki', join(folder, member.name)).replace('$(ZONE)', zone).replace('$(POD)', member.name),
    );
  };

  const ask: LokiRing['ask'] = ({ address }, request) =>
    send({ ...request, host: address, port: HTTP, headers: { ...request.headers, 'X-Scope-OrgID': tenant } });

  /** What a member that was started does not know yet of those that were. */
  const unheard = async (): Promise<string | undefined> => {
    const started = members.filter(({ name }) => running.get(name)?.exitCode() === undefined && running.has(name));
    for (const each of started) {
      const active = await activeIn(each.address);
      const missing = started.filter(({ address }) => !active.includes(address));
      if (missing.length > 0) return `${each.name} has not heard of ${missing.map(({ name }) => name).join(', ')}`;
    }
    return undefined;
  };

  const start = async (member: Member): Promise<void> => {
    const isFirst = !running.has(member.name);
    const data = join(folder, member.name);
    mkdirSync(join(data, 'data'), { recursive: true });
    writeFileSync(join(data, 'config.yaml'), localConfig(member, isFirst));
    const file = member === compactor ? 'compactor-config' : 'loki-config';
    writeFileSync(join(data, 'overrides.yaml'), configFile(rendered, file, 'overrides.yaml'));
    for (const { mountPath, data: files } of member === compactor ? [] : ruleConfigMaps(rendered.config)) {
      const rules = join(data, 'rules', basename(mountPath));
      mkdirSync(rules, { recursive: true });
      for (const [key, text] of Object.entries(files)) writeFileSync(join(rules, key), text);
    }
    give(data);
    const script = `hostname ${member.name} && exec "$@"`;
    const program = startProgram(
      ['unshare', '--uts', 'sh', '-c', script, 'sh', loki, ...argumentsOf(member)],
      join(folder, `${member.name}.log`),
      { env: s3 ?? {} },
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
    if (isFirst && member !== compactor)
      await until(`all to hear of ${member.name}`, () => unheard().catch(String), { seconds: 90, program });
  };

  return {
    members,
    compactor,
    start,
    stop: async ({ name }, signal) => {
      // It goes on serving for ten seconds before it begins to stop.
      await running.get(name)?.stop(signal, 90);
    },
    reconfigure: (changed) => (rendered = changed),
    forget: ({ name }) => rmSync(join(folder, name), { recursive: true }),
    output: ({ name }) => running.get(name)?.output() ?? '',
    ask,
    end: async () => {
      await Promise.all([...running.values()].map((program) => program.stop('SIGKILL')));
      removeFolder(folder);
    },
  };
}

/** Who a ring has, as the Loki at an address sees it: by default, the ring of those that take lines. */
export async function membersSeen(
  host: string,
  path = '/ring',
): Promise<readonly { readonly address: string; readonly state: string }[]> {
  const { text } = await send({ host, port: HTTP, path, headers: { accept: 'application/json' } });
  const { shards } = JSON.parse(text) as {
    readonly shards: readonly { readonly address: string; readonly state: string }[];
  };
  return shards.map(({ address, state }) => ({ address: address.replace(/:\d+$/, ''), state }));
}

/** Addresses of those among them that are active, sorted. */
export async function activeIn(host: string, path?: string): Promise<readonly string[]> {
  const seen = await membersSeen(host, path);
  return seen
    .filter(({ state }) => state === 'ACTIVE')
    .map(({ address }) => address)
    .toSorted();
}

/** The push of a line with the label `job`. */
export const pushOf = (line: string, job = 'backend') => ({
  path: '/loki/api/v1/push',
  body: pushBody({ labels: { job }, line }),
});

/** Every line of a job that a member answers with, sorted. */
export async function linesAt(ring: LokiRing, member: Member, job = 'backend'): Promise<readonly string[]> {
  return entriesOf(await ring.ask(member, queryRequest(`{job="${job}"}`)))
    .map(({ line }) => line)
    .toSorted();
}
