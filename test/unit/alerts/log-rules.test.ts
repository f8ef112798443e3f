import { type AlertRule, logRules, type LogRuleProps, tenantRules } from '../../../src/alerts';
import { expressionFaults, namesOf, tellingFaults } from '../../../src/alerts/check';
import { stackLogRules } from '../../../src/alerts/tenant-rules';
import { JOBS, LABELS, SecurityActions } from '../../../src/log-model';
import { agentTenant } from '../../../src/config/derived/agent-tenant';
import { configWith, everythingConfig } from '../../support/config';
import { exploreOf } from '../../../programs/dashboards';

const props = ({ alerting, namespaces, cluster }: ReturnType<typeof configWith>): LogRuleProps => ({
  thresholds: alerting.thresholds,
  silentJobs: alerting.silentJobs,
  ownNamespaces: [namespaces.logging, namespaces.agents],
  byCluster: cluster !== undefined,
});
const rules = logRules(props(configWith()));
const named = (name: string): AlertRule => {
  const rule = rules.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

test('the mission’s alert is as the mission has it', () => {
  expect(named('HighErrorRate')).toEqual({
    name: 'HighErrorRate',
    expr: 'sum(rate({job="backend", level="error"}[5m])) > 10',
    for: '5m',
    severity: 'critical',
    summary: 'High error rate detected',
    description: 'Error rate is {{ $value }} errors/sec',
  });
});

test('no two alerts have one name', () => {
  const names = rules.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

describe.each([
  ['the defaults', configWith()],
  ['every option', everythingConfig()],
])('given %s', (_, config) => {
  it.each(logRules(props(config)).map((rule) => [rule.name, rule] as const))(
    '%s is LogQL that asks for what lines have, and says what it measures in what unit',
    (_name, rule) => {
      expect(expressionFaults(rule.expr, namesOf(config))).toEqual([]);
      expect(tellingFaults({ ...rule, runbook: 'x' })).toEqual([]);
      expect(rule.summary).not.toMatch(/\{\{|\d/);
    },
  );
});

test('every threshold is in some rule', () => {
  const before = JSON.stringify(rules);
  const { thresholds } = configWith().alerting;
  for (const [name, value] of Object.entries(thresholds)) {
    const changed = typeof value === 'number' ? value + 1 : { milliseconds: value.milliseconds + 60_000 };
    const after = logRules({ ...props(configWith()), thresholds: { ...thresholds, [name]: changed } });
    expect({ name, changes: JSON.stringify(after) !== before }).toEqual({ name, changes: true });
  }
});

test('alerts that name who did something are bounded, whatever the number of them', () => {
  for (const rule of rules.filter(({ expr }) => /by \((?:userId|ipAddress)\)/.test(expr)))
    expect(rule.expr).toMatch(/^topk\(10, /);
});

test('all other alerts are grouped by labels with few values, and by actions', () => {
  const groups = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/by \(([^)]+)\)/g)].map(([, by = '']) => by.split(', ')),
  );
  const few = [LABELS.job, LABELS.app, 'action', 'userId', 'ipAddress'];
  expect(groups.flat().filter((name) => !few.includes(name))).toEqual([]);
});

test('actions are those that the logger writes', () => {
  const written = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/action=~?"([^"]+)"/g)].flatMap(([, actions = '']) => actions.split('|')),
  );
  expect(written.length).toBeGreaterThan(8);
  expect(written.filter((action) => !Object.values<string>(SecurityActions).includes(action))).toEqual([]);
});

test('without jobs that are missed, no alert misses one', () => {
  const names = logRules({ ...props(configWith()), silentJobs: [] }).map(({ name }) => name);
  expect(rules.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual(['SourceSilent']);
  expect(named('SourceSilent').expr).toContain(Object.values(JOBS).join('|'));
});

describe('given a stack, the rules', () => {
  it('are the agent’s tenant’s, and other tenants have a file without any', () => {
    const config = configWith({
      auth: {
        loki: {
          tenants: [
            { name: 'audit', write: ['audit-writer'], read: ['audit-reader'] },
            { name: 'app', write: ['promtail'], read: ['grafana'] },
          ],
        },
      },
    });
    expect(agentTenant(config)?.name).toBe('app');
    const [audit, app] = tenantRules(config);
    expect(audit).toEqual({ tenant: 'audit', files: { 'spywatcher.yaml': { groups: [] } } });
    const groups = app?.files['spywatcher.yaml']?.groups ?? [];
    expect(groups.map(({ name }) => name)).toEqual(
      ['errors', 'security', 'slowness', 'sources'].map((topic) => `spywatcher-alerts-${topic}`),
    );
    for (const rule of groups.flatMap((group) => group.rules)) expect(rule.labels['tenant']).toBe('app');
  });

  it('are those of each tenant that the agent writes to; a job is missed in the agent’s own alone', () => {
    const config = configWith({
      auth: {
        loki: {
          tenants: [
            { name: 'app', write: ['promtail'], read: ['grafana'] },
            { name: 'team', write: ['team-agent'], read: ['team'] },
            { name: 'audit', write: ['audit-writer'], read: ['auditor'] },
          ],
        },
      },
      agent: { type: 'collector', tenants: [{ namespaces: ['team'], credential: 'team-agent' }] },
    });
    const [app = [], team = [], audit = []] = tenantRules(config).map(({ files }) =>
      (files['spywatcher.yaml']?.groups ?? []).flatMap((group) => group.rules),
    );
    const names = (of: typeof app) => of.map((rule) => ('alert' in rule ? rule.alert : ''));
    expect(names(team)).toEqual(names(app).filter((name) => name !== 'SourceSilent'));
    expect(names(app)).toContain('SourceSilent');
    expect(new Set(team.map(({ labels }) => labels['tenant']))).toEqual(new Set(['team']));
    expect(audit).toEqual([]);
  });

  it('are the first tenant’s with auth off', () => {
    expect(agentTenant(configWith({ auth: { loki: { enabled: false } } }))?.name).toBe('spywatcher');
  });

  it('lead to their runbook, and to Explore with their query', () => {
    const config = configWith({ grafana: { url: 'https://logs.example.com/' } });
    const own = (tenantRules(config)[0]?.files['spywatcher.yaml']?.groups ?? []).flatMap((group) => group.rules);
    expect(own).toHaveLength(rules.length);
    for (const rule of own) {
      if (!('alert' in rule)) throw new Error('not an alert');
      expect(rule.annotations['runbook_url']).toBe(`docs/runbooks.md#${rule.alert.toLowerCase()}`);
      const url = rule.annotations['explore_url'] ?? '';
      expect(url.startsWith('https://logs.example.com/explore?')).toBe(true);
      // A brace would begin a template.
      expect(url).not.toMatch(/[{}$]/);
      expect(exploreOf(url).queries).toMatchObject([{ expr: rule.expr }]);
    }
  });

  it('have those of the config and of its files besides, and not those that it disables', () => {
    const config = everythingConfig();
    const [app, audit] = tenantRules(config);
    const names = (file?: { readonly groups: readonly { readonly rules: readonly object[] }[] }) =>
      file?.groups.map(({ rules: list }) => list.map((rule) => ('alert' in rule ? rule.alert : 'a recording rule')));
    expect(names(app?.files['spywatcher.yaml'])?.slice(0, 4).flat()).toEqual(
      stackLogRules(config).map(({ name }) => name),
    );
    expect(names(app?.files['spywatcher.yaml'])?.slice(4)).toEqual([
      ['GuildSyncFails'],
      ['a recording rule'],
      ['Watchdog'],
    ]);
    expect(stackLogRules(config).map(({ name }) => name)).not.toContain('SlowStatements');
    expect(names(audit?.files['audit.yaml'])).toEqual([['AuditTrailErrors']]);
    expect(audit?.files['audit.yaml']?.groups[0]?.rules[0]?.labels).toEqual({ severity: 'info', tenant: 'audit' });
  });
});
