/** The real Loki on the loopback address, with the config that a stack's pod would get. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ruleConfigMaps } from '../src/components/loki/ruler';
import { freePorts, type RunningProgram, removeFolder, startProgram, temporaryFolder, until } from './program';
import { configFile, containerOf, mapStrings, type RenderedStack } from './rendered-stack';
import { type Response, send } from './request';

/** The folders of the pod; everything else in the config stays as it is. */
const CONFIG_FOLDER = '/etc/loki';
const RULES_FOLDER = '/etc/loki-rules';
const DATA_FOLDER = '/var/loki';

/** The two files of a stack's Loki, parsed. */
export function lokiFiles(rendered: RenderedStack): LokiFiles {
  return {
    config: parse(configFile(rendered, 'loki-config', 'config.yaml')) as LokiConfig,
    overrides: parse(configFile(rendered, 'loki-config', 'overrides.yaml')) as Record<string, unknown>,
  };
}

export type LokiConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface LokiFiles {
  readonly config: LokiConfig;
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** The files with other values of some settings, section by section; what is not named stays as it is rendered. */
export function changedFiles({ config, overrides }: LokiFiles, changes: LokiConfig): LokiFiles {
  const sections = Object.entries(changes).map(([name, settings]) => [name, { ...config[name], ...settings }] as const);
  return { config: { ...config, ...Object.fromEntries(sections) }, overrides };
}

/** Writes the files where a Loki outside a pod can use them; returns the arguments that the pod's Loki is started with. */
export function writeLokiFiles(
  rendered: RenderedStack,
  folder: string,
  files = lokiFiles(rendered),
): readonly string[] {
  const local = (text: string): string =>
    text
      .replace(RULES_FOLDER, join(folder, 'rules'))
      .replace(CONFIG_FOLDER, folder)
      .replace(DATA_FOLDER, join(folder, 'data'));
  for (const { name, mountPath, data } of ruleConfigMaps(rendered.config)) {
    const rules = local(mountPath);
    mkdirSync(rules, { recursive: true });
    for (const key of Object.keys(data)) writeFileSync(join(rules, key), configFile(rendered, name, key));
  }
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), stringify(mapStrings(files.config, local)));
  writeFileSync(join(folder, 'overrides.yaml'), stringify(files.overrides));
  return (containerOf(rendered, 'loki').args ?? []).map(local);
}

export interface RunningLoki {
  readonly port: number;
  readonly program: RunningProgram;
  /** Milliseconds from its start until it was ready. */
  readonly startedIn: number;
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

export interface StartOptions {
  /** Where its files and data are, which then outlive it. @default - a temporary folder */
  readonly folder?: string;
  /** @default - the stack's own */
  readonly files?: LokiFiles;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a stack's Loki on free ports with its data in a temporary folder, and waits until it is ready. */
export async function startLoki(
  loki: string,
  rendered: RenderedStack,
  { folder: given, files = lokiFiles(rendered), env = {} }: StartOptions = {},
): Promise<RunningLoki> {
  const folder = given ?? temporaryFolder('loki');
  const [http = 0, grpc = 0] = await freePorts(2);
  const { config, overrides } = files;
  const server = config['server'] ?? {};
  const moved: LokiConfig = {
    ...(mapStrings(config, (text) =>
      text.replace(`127.0.0.1:${String(server['grpc_listen_port'])}`, `127.0.0.1:${grpc}`),
    ) as LokiConfig),
    server: {
      ...server,
      http_listen_address: '127.0.0.1',
      http_listen_port: http,
      grpc_listen_address: '127.0.0.1',
      grpc_listen_port: grpc,
    },
  };
  const args = writeLokiFiles(rendered, folder, { config: moved, overrides });
  const started = Date.now();
  const program = startProgram([loki, ...args], join(folder, 'loki.log'), { env });
  await until('Loki', () => notReady(http), { program });
  return {
    port: http,
    program,
    startedIn: Date.now() - started,
    stop: async (signal) => {
      // It writes its chunks first.
      await program.stop(signal, 90);
      if (given === undefined) removeFolder(folder);
    },
  };
}

async function notReady(port: number): Promise<string | undefined> {
  try {
    const { status, text } = await send({ port, path: '/ready' });
    return status === 200 ? undefined : text.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One line of a push. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly line: string;
  /** Structured metadata. @default - none */
  readonly metadata?: Readonly<Record<string, string>>;
  /** @default - now */
  readonly time?: bigint;
}

let lastTime = 0n;

/** Nanoseconds since 1970, never the same twice. */
export function nanoseconds(): bigint {
  const now = BigInt(Date.now()) * 1_000_000n;
  lastTime = now > lastTime ? now : lastTime + 1n;
  return lastTime;
}

/** The body of a push. */
export function pushBody(...lines: readonly Line[]): object {
  return {
    streams: lines.map(({ labels, line, metadata, time }) => ({
      stream: labels,
      values: [[String(time ?? nanoseconds()), line, ...(metadata === undefined ? [] : [metadata])]],
    })),
  };
}

/** One entry as Loki gives it back. */
export interface Entry {
  /** Stream labels alone. */
  readonly labels: Readonly<Record<string, string>>;
  readonly structuredMetadata: Readonly<Record<string, string>>;
  readonly time: bigint;
  readonly line: string;
}

interface QueryAnswer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [
        string,
        string,
        { readonly structuredMetadata?: Readonly<Record<string, string>> }?,
      ])[];
    }[];
  };
}

const HOUR = 3_600_000;

/**
 * The path and headers of a query for entries, newest first; labels and metadata come apart.
 *
 * @param range - milliseconds since 1970. @default - the last three hours, and the next
 */
export function queryRequest(
  query: string,
  range = { from: Date.now() - 3 * HOUR, to: Date.now() + HOUR },
): {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const parameters = new URLSearchParams({
    query,
    start: String(BigInt(range.from) * 1_000_000n),
    end: String(BigInt(range.to) * 1_000_000n),
    limit: '5000',
  });
  return {
    path: `/loki/api/v1/query_range?${parameters.toString()}`,
    headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
  };
}

/** The entries in the answer to {@link queryRequest}. */
export function entriesOf({ status, text }: Response): readonly Entry[] {
  if (status !== 200) throw new Error(`the query was answered with ${status}: ${text}`);
  const answer = JSON.parse(text) as QueryAnswer;
  return answer.data.result.flatMap(({ stream, values }) =>
    values.map(([time, line, extra]) => ({
      labels: stream,
      structuredMetadata: extra?.structuredMetadata ?? {},
      time: BigInt(time),
      line,
    })),
  );
}

/**
 * Asks Loki itself, as a tenant.
 *
 * @param range - as of {@link queryRequest}.
 */
export async function entries(
  port: number,
  tenant: string,
  query: string,
  range?: { readonly from: number; readonly to: number },
): Promise<readonly Entry[]> {
  const { path, headers } = queryRequest(query, range);
  return entriesOf(await send({ port, path, headers: { ...headers, 'X-Scope-OrgID': tenant } }));
}
