/** The Collector's config file, as an object. */
import type { StackConfig } from '../../config';
import { formatDuration } from '../../config/units';
import { LOKI_EXPORTER } from '../../log-model/agent-metrics';
import { collectorPipelines } from '../../pipelines/collector';
import { gatewayUrl } from '../gateway';
import { type AgentFolders, scrapeProps } from '../agent';
import { COLLECTOR } from '../kit/identity';
import { TELEMETRY } from './telemetry';

/** Folders of its container. */
export const FOLDERS: AgentFolders = {
  config: '/etc/collector',
  // With what it has not delivered yet.
  positions: '/var/lib/collector',
  credential: '/etc/collector-credential',
  gatewayCa: '/etc/collector-gateway-ca',
};

/** Names of components that others refer to. */
const [STORAGE, AUTH, HEALTH, LOKI] = ['file_storage', 'basicauth', 'health_check', LOKI_EXPORTER];

/**
 * By default a receiver notes what it has read while up to 100 records of it are only in memory. Without this gate, a kill loses them.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/issues/35456
 */
const GATES = ['stanza.synchronousLogEmitter'];

/** Its arguments, for the path of its config file. */
export const collectorArgs = (configFile: string): readonly string[] => [
  `--config=${configFile}`,
  `--feature-gates=${GATES.join(',')}`,
];

/** The Collector's config file as an object. */
export function collectorConfig(config: StackConfig): Readonly<Record<string, unknown>> {
  const { agent, auth, gateway } = config;
  const { pipelines, ...components } = collectorPipelines({ ...scrapeProps(config), storage: STORAGE, exporter: LOKI });
  return {
    extensions: {
      [STORAGE]: { directory: FOLDERS.positions, create_directory: true },
      [HEALTH]: { endpoint: `0.0.0.0:${COLLECTOR.ports.health}` },
      ...(auth.loki.enabled
        ? { [AUTH]: { client_auth: { username: agent.credential, password_file: `${FOLDERS.credential}/password` } } }
        : {}),
    },
    ...components,
    exporters: {
      ...components.exporters,
      [LOKI]: {
        endpoint: `${gatewayUrl(config)}/otlp`,
        ...(auth.loki.enabled ? { auth: { authenticator: AUTH } } : {}),
        ...(gateway.tls === undefined ? {} : { tls: { ca_file: `${FOLDERS.gatewayCa}/ca.crt` } }),
        // Without end: what waits is on disk. By default, a batch is dropped after five minutes.
        retry_on_failure: { initial_interval: '500ms', max_interval: '30s', max_elapsed_time: 0 },
        sending_queue: {
          storage: STORAGE,
          sizer: 'bytes',
          queue_size: agent.queueSize.bytes,
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
      telemetry: TELEMETRY,
    },
  };
}
