/** The embedded Prometheus' configuration. The names of the stack are known, so only the addresses behind a name are discovered. */
import type { StackConfig } from '../../config';
import { isIpv6First } from '../../config/derived/ip-families';
import { formatDuration } from '../../config/units';
import { CLUSTER_LABEL } from '../../log-model';
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
  const { monitoring, cluster } = props;
  const { retention, persistence } = monitoring.embedded;
  const interval = formatDuration(monitoring.scrapeInterval);
  const urls = alertmanagerUrls(props);
  return {
    global: {
      scrape_interval: interval,
      evaluation_interval: interval,
      // Of alerts, and of what others read from here.
      ...(cluster === undefined ? {} : { external_labels: { [CLUSTER_LABEL]: cluster } }),
    },
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
      ...scrapeJobs(props).map((job) => scrapeConfig(job, props)),
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
        ...(perPod ? discovered(host, port, props) : { static_configs: [{ targets: [`${host}:${port}`] }] }),
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

/** Each pod behind a name, by its first address: with both, it would be scraped twice. */
function discovered(
  host: string,
  port: number,
  config: Pick<StackConfig, 'network'>,
): Readonly<Record<string, unknown>> {
  return { dns_sd_configs: [{ names: [host], type: isIpv6First(config) ? 'AAAA' : 'A', port }] };
}

function scrapeConfig(
  { job, namespace, service, port, paths }: ScrapeJob,
  config: Pick<StackConfig, 'network'>,
): Readonly<Record<string, unknown>> {
  const host = `${service}.${namespace}.svc`;
  return {
    job_name: job,
    ...(paths === undefined
      ? discovered(host, port, config)
      : {
          static_configs: paths.map(({ path, pod }) => ({
            targets: [`${host}:${port}`],
            // The label of this name sets the path of the target's metrics.
            labels: { __metrics_path__: path, instance: pod },
          })),
        }),
  };
}
