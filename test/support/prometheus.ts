/** The real Prometheus on the loopback address, with the config that a stack's pod would get. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { PROMETHEUS_CONFIG } from '../../src/components/prometheus/config';
import { freePorts, type RunningProgram, startProgram, until } from '../../programs/program';
import { configFile, containerOf, mapStrings, type RenderedStack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';

export interface PrometheusOptions {
  /** Below it: config, rules, data and log. */
  readonly folder: string;
  /** Addresses of the cluster (`host:port`, or a host that is looked up) → where they are here. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface RunningPrometheus extends RunningProgram {
  readonly port: number;
  /** Asks its API. @throws Error with Prometheus' words where it refuses. */
  readonly ask: (path: string) => Promise<unknown>;
  /** The result of an instant query, now. */
  readonly query: (expr: string) => Promise<readonly { readonly metric: Readonly<Record<string, string>> }[]>;
}

interface ScrapeConfig {
  readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  readonly [setting: string]: unknown;
}

/** Starts a stack's Prometheus: only addresses, ports and folders of the config are changed, and how often it scrapes. */
export async function startPrometheus(
  prometheus: string,
  rendered: RenderedStack,
  { folder, addresses }: PrometheusOptions,
): Promise<RunningPrometheus> {
  const [port = 0] = await freePorts(1);
  const places: Readonly<Record<string, string>> = { ...addresses, 'localhost:9090': `127.0.0.1:${port}` };
  const local = (text: string): string => places[text] ?? text.replace(PROMETHEUS_CONFIG, folder);
  const config = parse(configFile(rendered, 'prometheus-config', 'prometheus.yaml')) as Readonly<
    Record<string, unknown>
  > & { readonly scrape_configs: readonly ScrapeConfig[] };
  const moved = mapStrings(
    {
      ...config,
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      // No name of the cluster can be looked up here.
      scrape_configs: config.scrape_configs.map(({ dns_sd_configs: names, ...scrape }) => ({
        ...scrape,
        ...(names === undefined
          ? {}
          : {
              static_configs: [{ targets: names.flatMap((one) => one.names.map((name) => `${name}:${one.port}`)) }],
            }),
      })),
    },
    local,
  );
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(moved));
  writeFileSync(join(folder, 'stack-rules.yaml'), configFile(rendered, 'prometheus-config', 'stack-rules.yaml'));
  const args = (containerOf(rendered, 'prometheus').args ?? []).map((text) =>
    text.replace(PROMETHEUS_CONFIG, folder).replace('=/prometheus', `=${join(folder, 'data')}`),
  );
  const program = startProgram(
    [prometheus, ...args, `--web.listen-address=127.0.0.1:${port}`],
    join(folder, 'prometheus.log'),
  );
  await prometheusReady(port, program);
  const ask = async (path: string): Promise<unknown> => {
    const { status, text } = await send({ port, path });
    if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text}`);
    return (JSON.parse(text) as { readonly data: unknown }).data;
  };
  return {
    ...program,
    port,
    ask,
    query: async (expr) => {
      const answer = await ask(`/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
      return (answer as { readonly result: Awaited<ReturnType<RunningPrometheus['query']>> }).result;
    },
  };
}

/** Waits until a Prometheus that was started answers. */
export function prometheusReady(port: number, program: RunningProgram): Promise<void> {
  return until(
    'Prometheus',
    async () => {
      try {
        const { status, text } = await send({ port, path: '/-/ready' });
        return status === 200 ? undefined : text.trim();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    { program },
  );
}
