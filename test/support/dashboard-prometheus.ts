/** The real Prometheus on the loopback address, with the scrape config that a stack's pod would get. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePorts, type RunningProgram, removeFolder, startProgram, temporaryFolder } from './program';
import { prometheusReady } from './prometheus';
import { configFile, type RenderedStack } from './rendered-stack';
import { send } from './request';

interface ScrapeConfig {
  readonly job_name: string;
  readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  readonly static_configs?: readonly { readonly targets: readonly string[]; readonly labels?: object }[];
}

interface PrometheusConfig {
  readonly global: object;
  readonly scrape_configs: readonly ScrapeConfig[];
}

export interface RunningPrometheus {
  readonly port: number;
  readonly program: RunningProgram;
  /** The result of an instant query, now. @throws Error with Prometheus' words where it refuses it. */
  readonly query: (expr: string) => Promise<readonly { readonly metric: Readonly<Record<string, string>> }[]>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts a stack's Prometheus: names and folders are changed, and it scrapes every second.
 *
 * @param places - job → port of the loopback address; a job that is not named here is not scraped.
 */
export async function startPrometheus(
  binary: string,
  rendered: RenderedStack,
  places: Readonly<Record<string, number>>,
): Promise<RunningPrometheus> {
  const folder = temporaryFolder('prometheus');
  const [port = 0] = await freePorts(1);
  const all: Partial<Readonly<Record<string, number>>> = { ...places, prometheus: port };
  const config = parse(configFile(rendered, 'prometheus-config', 'prometheus.yaml')) as PrometheusConfig;
  const local = config.scrape_configs.flatMap(({ dns_sd_configs: names, static_configs: fixed = [], ...job }) => {
    const at = all[job.job_name];
    if (at === undefined) return [];
    const targets = [`127.0.0.1:${at}`];
    return [
      { ...job, static_configs: names === undefined ? fixed.map((one) => ({ ...one, targets })) : [{ targets }] },
    ];
  });
  writeFileSync(
    join(folder, 'prometheus.yaml'),
    stringify({ global: { scrape_interval: '1s' }, scrape_configs: local }),
  );
  const program = startProgram(
    [
      binary,
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    join(folder, 'prometheus.log'),
  );
  await prometheusReady(port, program);
  return {
    port,
    program,
    query: async (expr) => {
      const { status, text } = await send({
        port,
        path: `/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`,
      });
      if (status !== 200) throw new Error(`${expr}: ${text}`);
      const answer = JSON.parse(text) as {
        readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
      };
      return answer.data.result;
    },
    stop: async () => {
      await program.stop();
      removeFolder(folder);
    },
  };
}
