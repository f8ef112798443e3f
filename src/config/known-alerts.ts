/** Alerts that a stack's Alertmanager can be told of: those of Loki's ruler, and of the stack's own Prometheus. */
import { logRules } from '../alerts/log-rules';
import { parseRuleFile } from '../alerts/rule-file';
import { ruleFilesOf } from '../alerts/rule-files';
import { stackRules } from '../alerts/stack-rules';
import { tenantRules } from '../alerts/tenant-rules';
import { defaults } from './defaults';
import { alertSources, WATCHDOG } from './derived/heartbeat';
import type { FurtherDestination, StackConfig } from './schema';

/** What is known of an alert before it fires. Labels that its expression gives it are not. */
export interface KnownAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Every alert of a stack but the heartbeat. A rule file that cannot be read has none. */
export function knownAlerts(config: StackConfig): readonly KnownAlert[] {
  const sources = alertSources(config);
  const readable = ruleFilesOf(config.alerting).filter(({ content = '' }) => 'file' in parseRuleFile(content));
  const ofRuler = tenantRules(config, readable)
    .flatMap(({ files }) => Object.values(files))
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .flatMap((rule) => ('alert' in rule ? [{ name: rule.alert, labels: withoutTemplates(rule.labels) }] : []));
  const ofPrometheus = stackRules(config).map(({ name, severity, labels }) => ({
    name,
    labels: { ...labels, severity },
  }));
  return [
    ...(sources.includes('ruler') ? ofRuler : []),
    ...(sources.includes('prometheus') ? ofPrometheus : []),
  ].filter(({ name }) => name !== WATCHDOG);
}

/** Names of the built-in alerts about lines, also of those that this stack has no use for, or disables. */
export function builtInLogAlerts({ alerting }: Pick<StackConfig, 'alerting'>): readonly string[] {
  return logRules({ ...alerting, silentJobs: ['any'], ownNamespaces: [] }).map(({ name }) => name);
}

/** One that only has to be there. */
const FURTHER_DESTINATION: FurtherDestination = {
  name: 'any',
  url: 'https://any.example.com',
  privateCa: false,
  queueSize: { bytes: 0 },
  egress: [],
};

/** Names of the built-in alerts about metrics, also of those that this stack has no program for. */
export function builtInMetricAlerts(config: StackConfig): readonly string[] {
  const { agent, canary, gateway } = config;
  const rules = (['promtail', 'collector'] as const).flatMap((type) =>
    stackRules({
      ...config,
      agent: { ...agent, type, also: [FURTHER_DESTINATION] },
      alertmanager: { type: 'none' }, // without the heartbeat
      canary: canary ?? { ...defaults.canary, interval: { milliseconds: 1000 } },
      gateway: { ...gateway, tls: gateway.tls ?? defaults.gateway.tls },
    }),
  );
  return [...new Set(rules.map(({ name }) => name))];
}

/** A label that is a template may become anything. */
function withoutTemplates(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => !value.includes('{{')));
}
