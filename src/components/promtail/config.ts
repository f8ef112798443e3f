/** Promtail's config file, as an object. */
import type { StackConfig } from '../../config';
import { formatDuration, formatLokiBytes } from '../../config/units';
import { scrapeConfigs } from '../../pipelines/promtail';
import { agentGatewayCa } from '../../config/derived/agent-gateway';
import { agentGatewayUrl } from '../gateway';
import { type AgentFolders, scrapeProps } from '../agent';
import { PROMTAIL } from '../kit/identity';

/** Folders of its container. */
export const FOLDERS: AgentFolders = {
  config: '/etc/promtail',
  positions: '/run/promtail',
  credential: '/etc/promtail-credential',
  gatewayCa: '/etc/promtail-gateway-ca',
};

/** Promtail's config file as an object. */
export function promtailConfig(config: StackConfig): Readonly<Record<string, unknown>> {
  const { agent, auth, limits } = config;
  return {
    server: { http_listen_port: PROMTAIL.ports.metrics, grpc_listen_port: 0, log_format: 'json' },
    // A position is that of the last line read, not of the last line delivered. An agent that is killed just after it saved positions
    // loses a batch. Killed later, it sends the lines since then again. The default of 10s makes the loss three times as likely.
    // A positions file that a crash has damaged would keep the agent from starting. It is ignored, and files are read from the beginning.
    positions: { filename: `${FOLDERS.positions}/positions.yaml`, sync_period: '30s', ignore_invalid_yaml: true },
    clients: [
      {
        url: `${agentGatewayUrl(config)}/loki/api/v1/push`,
        batchwait: formatDuration(agent.batchWait),
        batchsize: agent.batchSize.bytes,
        ...(auth.loki.enabled
          ? { basic_auth: { username: agent.credential, password_file: `${FOLDERS.credential}/password` } }
          : {}),
        ...(agentGatewayCa(config) === undefined ? {} : { tls_config: { ca_file: `${FOLDERS.gatewayCa}/ca.crt` } }),
        // 0 means without end. By default, a batch is dropped after ten tries, about 8 minutes. Waiting loses nothing, because unread
        // lines stay in the container's log file.
        backoff_config: { min_period: '500ms', max_period: '30s', max_retries: 0 },
      },
    ],
    // Lines are cut here instead of in Loki. The agent counts cut lines, and does not send the rest.
    limits_config: { max_line_size: formatLokiBytes(limits.maxLineSize), max_line_size_truncate: true },
    scrape_configs: scrapeConfigs(scrapeProps(config)),
  };
}
