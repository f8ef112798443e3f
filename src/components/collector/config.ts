/** The Collector's config file, as an object. */
import type { StackConfig } from '../../config';
import { LOKI_EXPORTER } from '../../log-model/agent-metrics';
import { collectorPipelines } from '../../pipelines/collector';
import { type AgentFolders, scrapeProps } from '../agent';
import { COLLECTOR } from '../kit/identity';
import {
  furtherDestinations,
  furtherExporters,
  lokiDestinations,
  type SecretFolders,
  STORAGE,
  tenantExporters,
} from './destinations';
import { telemetry } from './telemetry';

/** Folders of its container. */
export const FOLDERS: AgentFolders & SecretFolders = {
  config: '/etc/collector',
  // With what it has not delivered yet.
  positions: '/var/lib/collector',
  credential: '/etc/collector-credential',
  gatewayCa: '/etc/collector-gateway-ca',
  tenants: '/etc/collector-tenants',
  also: '/etc/collector-also',
};

const HEALTH = 'health_check';

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
  const { pipelines, ...components } = collectorPipelines({
    ...scrapeProps(config),
    storage: STORAGE,
    exporter: LOKI_EXPORTER,
    tenants: tenantExporters(config),
    furtherExporters: furtherExporters(config),
  });
  const loki = lokiDestinations(config, FOLDERS);
  const further = furtherDestinations(config, FOLDERS);
  const extensions = {
    [STORAGE]: { directory: FOLDERS.positions, create_directory: true },
    [HEALTH]: { endpoint: `0.0.0.0:${COLLECTOR.ports.health}` },
    ...loki.extensions,
    ...further.extensions,
  };
  return {
    extensions,
    ...components,
    exporters: { ...components.exporters, ...loki.exporters, ...further.exporters },
    service: { extensions: Object.keys(extensions), pipelines, telemetry: telemetry(config) },
  };
}
