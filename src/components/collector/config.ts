/** The Collector's config file, as an object. */
import type { StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { collectorPipelines } from '../../pipelines/collector';
import { gatewayUrl } from '../gateway';
import { scrapeProps } from '../kit/agent';

/** Folder of the pod with its password for the gateway. */
export const CREDENTIAL = '/etc/collector-credential';
/** Folder with the CA of the gateway's certificate. */
export const GATEWAY_CA = '/etc/collector-gateway-ca';
/** Folder with what it has read and what it has not delivered yet. */
export const STATE = '/var/lib/collector';
/** Port of its own metrics. */
export const METRICS_PORT = 8888;
/** Port that answers whether it is well. */
export const HEALTH_PORT = 13133;

/** Bytes on the node's disk that wait for a Loki that is away. */
const QUEUE = 512 * 2 ** 20;

/** Names of components that others refer to. */
const [STORAGE, AUTH, HEALTH, LOKI] = ['file_storage', 'basicauth', 'health_check', 'otlp_http/loki'];

/** The Collector's config file as an object. */
export function collectorConfig(config: StackConfig): Readonly<Record<string, unknown>> {
  const { agent, auth, gateway } = config;
  const { pipelines, ...components } = collectorPipelines({ ...scrapeProps(config), storage: STORAGE, exporter: LOKI });
  return {
    extensions: {
      [STORAGE]: { directory: STATE, create_directory: true },
      [HEALTH]: { endpoint: `0.0.0.0:${HEALTH_PORT}` },
      ...(auth.loki.enabled
        ? { [AUTH]: { client_auth: { username: agent.credential, password_file: `${CREDENTIAL}/password` } } }
        : {}),
    },
    ...components,
    exporters: {
      [LOKI]: {
        endpoint: `${gatewayUrl(config)}/otlp`,
        ...(auth.loki.enabled ? { auth: { authenticator: AUTH } } : {}),
        ...(gateway.tls === undefined ? {} : { tls: { ca_file: `${GATEWAY_CA}/ca.crt` } }),
        // Without end: what waits is on disk. By default, a batch is dropped after five minutes.
        retry_on_failure: { initial_interval: '500ms', max_interval: '30s', max_elapsed_time: 0 },
        sending_queue: {
          storage: STORAGE,
          sizer: 'bytes',
          queue_size: QUEUE,
          // By default, what does not fit is dropped. So reading waits instead.
          block_on_overflow: true,
          num_consumers: 2,
          batch: {
            flush_timeout: formatDuration(agent.batchWait),
            min_size: agent.batchSize.bytes,
            max_size: agent.batchSize.bytes,
          },
        },
      },
    },
    service: {
      extensions: [STORAGE, HEALTH, ...(auth.loki.enabled ? [AUTH] : [])],
      pipelines,
      telemetry: {
        logs: { encoding: 'json' },
        metrics: {
          readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: METRICS_PORT } } } }],
        },
      },
    },
  };
}
