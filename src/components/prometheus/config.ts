/** The embedded Prometheus' configuration. The names of the stack are known, so only the addresses behind a name are discovered. */
import type { StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { alertmanagerUrls } from '../kit/addresses';
import { PROMETHEUS } from '../kit/identity';
import { type ScrapeJob, scrapeJobs } from './scrape-jobs';

/** Folder of the pod with configuration and rules. */
export const PROMETHEUS_CONFIG = '/etc/prometheus/config';
/** File of the stack's own alert rules, beside the configuration. */
export const RULE_FILE = 'stack-rules.yaml';
/** Share of the volume for blocks. The write-ahead log and compaction need the rest. */
const BLOCKS_SHARE = 0.8;

/** Prometheus' config file as an object. */
export function prometheusConfig(props: StackConfig): Readonly<Record<string, unknown>> {
  const { monitoring } = props;
  const { retention, persistence } = monitoring.embedded;
  const interval = formatDuration(monitoring.scrapeInterval);
  const urls = alertmanagerUrls(props);
  return {
    global: { scrape_interval: interval, evaluation_interval: interval },
    storage: {
      tsdb: {
        retention: {
          time: formatDuration(retention),
          size: `${Math.floor((persistence.size.bytes * BLOCKS_SHARE) / 2 ** 20)}MB`,
        },
      },
    },
    rule_files: [`${PROMETHEUS_CONFIG}/${RULE_FILE}`],
    ...(urls.length === 0 ? {} : { alerting: { alertmanagers: urls.map(alertmanager) } }),
    scrape_configs: [
      ...scrapeJobs(props).map(scrapeConfig),
      {
        job_name: PROMETHEUS.name,
        static_configs: [
          {
            targets: [`localhost:${PROMETHEUS.ports.http}`],
            labels: { instance: `${PROMETHEUS.name}-0` },
          },
        ],
      },
      ...monitoring.targets.map(({ job, host, port, path, perPod }) => ({
        job_name: job,
        metrics_path: path,
        ...(perPod
          ? { dns_sd_configs: [{ names: [host], type: 'A', port }] }
          : { static_configs: [{ targets: [`${host}:${port}`] }] }),
      })),
    ],
  };
}

function alertmanager(written: string): Readonly<Record<string, unknown>> {
  const { protocol, host, hostname, port, pathname } = new URL(written);
  const scheme = protocol.slice(0, -1);
  const target = port === '' ? `${hostname}:${scheme === 'https' ? 443 : 80}` : host;
  const prefix = pathname.replace(/\/$/, '');
  return { scheme, ...(prefix === '' ? {} : { path_prefix: prefix }), static_configs: [{ targets: [target] }] };
}

function scrapeConfig({ job, namespace, service, port, paths }: ScrapeJob): Readonly<Record<string, unknown>> {
  const host = `${service}.${namespace}.svc`;
  return {
    job_name: job,
    ...(paths === undefined
      ? { dns_sd_configs: [{ names: [host], type: 'A', port }] }
      : {
          static_configs: paths.map(({ path, pod }) => ({
            targets: [`${host}:${port}`],
            // The label of this name sets the path of the target's metrics.
            labels: { __metrics_path__: path, instance: pod },
          })),
        }),
  };
}
