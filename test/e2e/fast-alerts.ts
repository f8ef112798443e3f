/** The stack with the time of its alerts compressed: what takes minutes in a cluster of somebody’s takes seconds in this one. */
import { parse, stringify } from 'yaml';
import { compressLogql } from '../../src/alert-tests/compress';
import { RULE_FILE } from '../../src/components/prometheus/config';
import type { StackConfig } from '../../src/config';
import { parseDuration } from '../../src/config/units';
import { type KubernetesObject, stackObjects } from '../../charts/objects';
import { dataOf, lokiRules } from '../../src/operations/observe/expected';
import { compressRuleFile, resendDelay, type RuleFile } from '../support/compress-promql';

/** `for: 5m` becomes 10 s: five samples of {@link SCRAPE_INTERVAL}. */
const FACTOR = 30;
/**
 * Of alerts that count an agent's tries: those are up to 40 s apart here as elsewhere, 10 s for one without an answer and 30 s until
 * the next. Their ranges of five minutes become 50 s.
 */
const RANGE_FACTORS: Readonly<Record<string, number>> = { GatewayRefusesPushes: 6, AgentCannotDeliver: 6 };
/** How often Prometheus scrapes and evaluates, in these tests. */
export const SCRAPE_INTERVAL = '2s';
/** Of the log alerts those that tests wait for. SourceSilent misses who wrote an hour ago, which becomes half a minute. */
const LOG_FACTORS: Readonly<Record<string, number>> = { SourceSilent: 120, RulerRulesUnreadable: FACTOR };
/** How often Loki looks whether its rules have changed; by default each minute. */
const POLL_INTERVAL = '2s';

/** What these tests apply: Kubernetes objects of the stack, as they are rendered but for how fast alerts are. */
export function fastObjects(config: StackConfig): readonly KubernetesObject[] {
  const objects = stackObjects(config);
  const { configMaps } = lokiRules(objects);
  return objects.map((object): KubernetesObject => {
    const { kind, metadata } = object;
    if (kind === 'ConfigMap' && metadata.name === 'prometheus-config')
      return withFiles(object, { [RULE_FILE]: compressedRules, 'prometheus.yaml': lookedUpSoon });
    if (kind === 'ConfigMap' && metadata.name === 'loki-config')
      return withFiles(object, { 'config.yaml': (file) => inSection(file, 'ruler', { poll_interval: POLL_INTERVAL }) });
    if (kind === 'ConfigMap' && configMaps.includes(metadata.name))
      return withFiles(
        object,
        Object.fromEntries(Object.keys(dataOf(object)).map((name) => [name, compressedLogRules])),
      );
    return kind === 'StatefulSet' && metadata.name === 'prometheus' ? toldSoon(object) : object;
  });
}

type Edit = (file: unknown) => unknown;

function withFiles(object: KubernetesObject, edits: Readonly<Record<string, Edit>>): KubernetesObject {
  const data = Object.entries(dataOf(object)).map(([name, text]) => {
    const edit = edits[name];
    return [
      name,
      edit === undefined ? text : stringify(edit(parse(text)), { lineWidth: 0, aliasDuplicateObjects: false }),
    ];
  });
  return { ...object, data: Object.fromEntries(data) as Readonly<Record<string, string>> };
}

const compressedRules: Edit = (file) => compressRuleFile(file as RuleFile, FACTOR, RANGE_FACTORS);

interface LogRule {
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
}

interface LogRuleFile {
  readonly groups: readonly { readonly rules: readonly LogRule[] }[];
}

const compressedLogRules: Edit = (file) => ({
  groups: (file as LogRuleFile).groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => {
      const factor = LOG_FACTORS[rule.alert ?? ''];
      return factor === undefined ? rule : { ...rule, ...compressedLogRule(rule, factor) };
    }),
  })),
});

function compressedLogRule({ expr, ...rule }: LogRule, factor: number): object {
  const wait = parseDuration(rule.for ?? '0s')?.milliseconds ?? 0;
  return { expr: compressLogql(expr, factor), for: `${Math.round(wait / factor)}ms` };
}

/** Names of pods are looked up every 30 s by default. */
const lookedUpSoon: Edit = (file) => {
  const config = file as { readonly scrape_configs: readonly { readonly dns_sd_configs?: readonly object[] }[] };
  return {
    ...config,
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      ...(job.dns_sd_configs === undefined
        ? {}
        : { dns_sd_configs: job.dns_sd_configs.map((one) => ({ ...one, refresh_interval: SCRAPE_INTERVAL })) }),
    })),
  };
};

function inSection(file: unknown, section: string, values: object): unknown {
  const config = file as Readonly<Record<string, object | undefined>>;
  return config[section] === undefined ? config : { ...config, [section]: { ...config[section], ...values } };
}

function toldSoon(object: KubernetesObject): KubernetesObject {
  const { spec } = object as KubernetesObject & {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
    };
  };
  const { template } = spec;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    args: [...container.args, resendDelay(FACTOR)],
  }));
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } };
}
