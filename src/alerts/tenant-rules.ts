/** The rule files of each tenant for Loki's ruler. */
import type { StackConfig } from '../config/schema';
import { exploreUrl } from '../dashboards/explore';
import { agentTenant, agentTenants } from '../config/derived/agent-tenant';
import { hasHeartbeat } from '../config/derived/heartbeat';
import { logRuleGroups } from './log-rules';
import type { AlertRule, AnySeverity } from './rule';
import { type FileRule, parseRuleFile, type RuleFile } from './rule-file';
import { type NamedRuleFile, ruleFilesOf } from './rule-files';
import { watchdog } from './watchdog';

/** File of the built-in and the typed rules. */
export const OWN_FILE = 'spywatcher.yaml';
/** The page of this project with the runbooks of the built-in alerts. */
export const RUNBOOKS = 'docs/runbooks.md';

/** Rule files of one tenant, by name. A tenant without rules has an empty one, of which no ConfigMap is made. */
export interface TenantRules {
  readonly tenant: string;
  readonly files: Readonly<Record<string, RuleFile>>;
}

type RuleParts = Pick<StackConfig, 'alerting' | 'namespaces' | 'cluster'>;

/** The built-in alerts of a stack by their topic; those that its file disables are left out. */
function stackLogRuleGroups({
  alerting,
  namespaces,
  cluster,
}: RuleParts): readonly (readonly [string, readonly AlertRule[]])[] {
  const groups = logRuleGroups({
    thresholds: alerting.thresholds,
    silentJobs: alerting.silentJobs,
    ownNamespaces: [namespaces.logging, namespaces.agents],
    byCluster: cluster !== undefined,
  });
  return Object.entries(groups).map(([topic, rules]) => [
    topic,
    rules.filter(({ name }) => !alerting.disabled.includes(name)),
  ]);
}

/** The same stack, for a tenant of some namespaces: jobs that must not be silent are those of the agent's own tenant. */
const ofOthers = (config: StackConfig): StackConfig => ({
  ...config,
  alerting: { ...config.alerting, silentJobs: [] },
});

/** All of them. */
export function stackLogRules(config: RuleParts): readonly AlertRule[] {
  return stackLogRuleGroups(config).flatMap(([, rules]) => rules);
}

/**
 * Everything that Loki's ruler evaluates, for each tenant in the order of the config.
 *
 * @param ruleFiles - files that can be read.
 */
export function tenantRules(
  config: StackConfig,
  ruleFiles: readonly NamedRuleFile[] = ruleFilesOf(config.alerting),
): readonly TenantRules[] {
  const { alerting, auth } = config;
  const agents = (agentTenant(config) ?? auth.loki.tenants[0])?.name;
  // Built-in rules are about the agent's lines. A rule sees those of its own tenant alone.
  const withAgentsLines = [agents, ...agentTenants(config).map(({ name }) => name)];
  return auth.loki.tenants.map(({ name: tenant }) => {
    const isOf = (owner: string | undefined): boolean => (owner ?? agents) === tenant;
    const files = ruleFiles
      .filter((file) => isOf(file.tenant))
      .map(({ name, content = '' }) => [name, withTenant(config, tenant, content)] as const);
    const builtIn = (rule: AlertRule<AnySeverity>): FileRule =>
      alertOf(config, tenant, rule, runbookUrl(alerting.runbooks, rule.name));
    const groups = [
      ...(withAgentsLines.includes(tenant) ? stackLogRuleGroups(isOf(undefined) ? config : ofOthers(config)) : []).map(
        ([topic, rules]) => ({
          name: `spywatcher-alerts-${topic}`, // spywatcher-alerts: mission
          rules: rules.map(builtIn),
        }),
      ),
      {
        name: 'own-alerts',
        rules: alerting.rules
          .filter((rule) => isOf(rule.tenant))
          .map((rule) => alertOf(config, tenant, rule, rule.runbook)),
      },
      {
        name: 'own-recording-rules',
        rules: alerting.recording
          .filter((rule) => isOf(rule.tenant))
          .map(({ record, expr, labels }): FileRule => ({ record, expr, labels: { ...labels, tenant } })),
      },
      { name: 'heartbeat', rules: isOf(undefined) && hasHeartbeat(config) ? [builtIn(watchdog('ruler'))] : [] },
    ].filter(({ rules }) => rules.length > 0);
    return { tenant, files: { [OWN_FILE]: { groups }, ...Object.fromEntries(files) } };
  });
}

/** Section of an alert's runbook. */
export function runbookUrl(page: string | undefined, name: string): string {
  return `${page ?? RUNBOOKS}#${name.toLowerCase()}`;
}

function alertOf(config: StackConfig, tenant: string, rule: AlertRule<AnySeverity>, runbook: string): FileRule {
  const { name, expr, severity, labels = {}, summary, description } = rule;
  return {
    alert: name,
    expr,
    for: rule.for,
    labels: { ...labels, severity, tenant },
    annotations: { summary, description, runbook_url: runbook, explore_url: explore(config, expr) },
  };
}

function withTenant(config: StackConfig, tenant: string, content: string): RuleFile {
  const parsed = parseRuleFile(content);
  if ('unreadable' in parsed) throw new Error('a rule file that the rules of the config have not seen');
  return {
    groups: parsed.file.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule): FileRule => {
        const labels = { ...rule.labels, tenant };
        if ('record' in rule) return { ...rule, labels };
        return { ...rule, labels, annotations: { explore_url: explore(config, rule.expr), ...rule.annotations } };
      }),
    })),
  };
}

function explore({ grafana }: StackConfig, expr: string): string {
  return exploreUrl({
    grafana: grafana.url.replace(/\/$/, ''),
    range: { from: 'now-1h', to: 'now' },
    queries: [{ refId: 'A', expr, queryType: 'range' }],
  });
}

/** Whether a rule records a metric, which needs a place to be stored. */
export function hasRecordingRules({ alerting }: Pick<StackConfig, 'alerting'>): boolean {
  if (alerting.recording.length > 0) return true;
  return ruleFilesOf(alerting).some(({ content = '' }) => {
    const parsed = parseRuleFile(content);
    return 'file' in parsed && parsed.file.groups.some(({ rules }) => rules.some((rule) => 'record' in rule));
  });
}
