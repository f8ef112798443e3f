/** Promtail's config file, as an object. */
import type { StackConfig } from '../../config';
import { formatDuration, formatLokiBytes } from '../../config/units';
import { type FileSource, scrapeConfigs } from '../../pipelines';
import { gatewayUrl } from '../gateway';
import { PROMTAIL } from '../kit/identity';

/** Where the pod finds its password at the gateway. */
export const CREDENTIAL = '/etc/promtail-credential';
/** Where it finds the CA of the gateway's certificate. */
export const GATEWAY_CA = '/etc/promtail-gateway-ca';
/** Where it keeps how far it has read. */
export const POSITIONS = '/run/promtail';

/** A line is put together to this multiple of the longest line, so that its JSON is whole when it is parsed. */
const PARTIAL_LINES = 8;

/** Where the agent sees a folder of log files. */
export const mountOf = ({ name }: Pick<FileSource, 'name'>): string => `/logs/${name}`;

/** Promtail's config file as an object. */
export function promtailConfig({
  namespaces,
  agent,
  auth,
  gateway,
  limits,
  canary,
}: StackConfig): Readonly<Record<string, unknown>> {
  return {
    server: { http_listen_port: PROMTAIL.ports.metrics, grpc_listen_port: 0, log_format: 'json' },
    // A position is that of the last line read, not of the last one delivered. Killed within a batch's time after it was written down, an
    // agent has lost that batch; killed later, it sends again what came since. The default of 10s makes the first three times as likely.
    // A file that a crash has torn would keep it from starting: it is ignored, and files are read from their beginning.
    positions: { filename: `${POSITIONS}/positions.yaml`, sync_period: '30s', ignore_invalid_yaml: true },
    clients: [
      {
        url: `${gatewayUrl({ namespaces, gateway })}/loki/api/v1/push`,
        batchwait: formatDuration(agent.batchWait),
        batchsize: agent.batchSize.bytes,
        ...(auth.loki.enabled
          ? { basic_auth: { username: agent.credential, password_file: `${CREDENTIAL}/password` } }
          : {}),
        ...(gateway.tls === undefined ? {} : { tls_config: { ca_file: `${GATEWAY_CA}/ca.crt` } }),
        // 0 is for ever. Default: ten tries, some 8 minutes, then the batch is dropped and the next one read. Waiting is the better buffer:
        // what is not read yet stays in the container's log file.
        backoff_config: { min_period: '500ms', max_period: '30s', max_retries: 0 },
      },
    ],
    // Cut here instead of at Loki: what is cut is counted, and not sent.
    limits_config: { max_line_size: formatLokiBytes(limits.maxLineSize), max_line_size_truncate: true },
    scrape_configs: scrapeConfigs({
      ...agent,
      gatewayNamespace: namespaces.logging,
      ...(canary === undefined ? {} : { canaryNamespace: namespaces.logging }),
      maxPartialLine: PARTIAL_LINES * limits.maxLineSize.bytes,
      mountOf,
    }),
  };
}
