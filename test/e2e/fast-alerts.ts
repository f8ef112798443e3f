/** A stack whose metric alerts see in seconds what they would see in minutes. */
import { parse, stringify } from 'yaml';
import { PROMETHEUS } from '../../src/components/identity';
import { RULE_FILE } from '../../src/components/prometheus-config';
import { parseDuration } from '../../src/config/units';
import type { KubernetesObject } from '../../src/deploy/objects';

/** How many times shorter every range, offset and `for` is. Five minutes are ten scrapes. */
const FACTOR = 30;
const SCRAPE_INTERVAL = '1s';

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string; readonly for: string }[] }[];
}

interface PrometheusConfig {
  readonly global: object;
  readonly scrape_configs: readonly { readonly dns_sd_configs?: readonly object[] }[];
}

/** The objects with the embedded Prometheus' rules in compressed time, scraping every second. */
export function withFastAlerts(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.map((object) => {
    const { kind, metadata } = object;
    if (kind === 'ConfigMap' && metadata.name === 'prometheus-config') return configMap(object);
    // Another hash of the configuration, so that the pod is rolled.
    if (kind === 'StatefulSet' && metadata.name === PROMETHEUS.name) return rolled(object);
    return object;
  });
}

function configMap(object: KubernetesObject): KubernetesObject {
  const { data } = object as KubernetesObject & { readonly data: Readonly<Record<string, string>> };
  const config = parse(data['prometheus.yaml'] ?? '') as PrometheusConfig;
  const rules = parse(data[RULE_FILE] ?? '') as RuleFile;
  return {
    ...object,
    data: { ...data, 'prometheus.yaml': stringify(fastConfig(config)), [RULE_FILE]: stringify(fastRules(rules)) },
  };
}

function fastConfig(config: PrometheusConfig): object {
  return {
    ...config,
    global: { ...config.global, scrape_interval: SCRAPE_INTERVAL, evaluation_interval: SCRAPE_INTERVAL },
    scrape_configs: config.scrape_configs.map(({ dns_sd_configs: names, ...job }) => ({
      ...job,
      ...(names === undefined
        ? {}
        : { dns_sd_configs: names.map((one) => ({ ...one, refresh_interval: SCRAPE_INTERVAL })) }),
    })),
  };
}

function fastRules({ groups }: RuleFile): object {
  return {
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, expr: fastPromql(rule.expr), for: fast(rule.for) })),
    })),
  };
}

/** The stack's own rules have whole durations only: `[5m]`, `offset 3h`. */
const fastPromql = (expr: string): string => expr.replaceAll(/(?<=\[|offset )\d+[smhd]/g, (duration) => fast(duration));

const fast = (written: string): string => `${(parseDuration(written)?.milliseconds ?? NaN) / FACTOR}ms`;

function rolled(object: KubernetesObject): KubernetesObject {
  const copy = structuredClone(object) as KubernetesObject & {
    readonly spec: { readonly template: { readonly metadata: { readonly annotations: Record<string, string> } } };
  };
  copy.spec.template.metadata.annotations['spywatcher-logs/config-hash'] = 'fast-alerts';
  return copy;
}
