/** docs/runbooks.md and docs/alerting.md: every alert has its runbook, every runbook its alert, and their examples hold. */
import { parse } from 'yaml';
import { type AlertRule, type AnySeverity, logRules } from '../../../src/alerts';
import { stackRules } from '../../../src/alerts/stack-rules';
import { watchdog } from '../../../src/alerts/watchdog';
import { parseExpression } from '../../../src/alerts/logql';
import { parseStackConfig, type StackConfigInput } from '../../../src/config';
import { CANARY, configWith, otherwise } from '../../support/config';
import { codeBlocks, readPage } from '../../support/docs-page';

const { alerting, monitoring, namespaces } = configWith();
const ofStack = (agent: StackConfigInput['agent']) =>
  stackRules(configWith({ gateway: { tls: {} }, monitoring: { type: 'embedded' }, ...CANARY, agent }));
const ofPromtail = ofStack({ type: 'promtail' });
/** The Collector has more. What both have stands there as it is with Promtail. */
const ofAnyAgent = ofStack({ type: 'collector', also: otherwise.agent.also }).map(
  (rule) => ofPromtail.find(({ name }) => name === rule.name) ?? rule,
);
/** Every list of alerts that the stack has, by the heading that their runbooks are under. */
const LISTS: Readonly<Record<string, readonly AlertRule<AnySeverity>[]>> = {
  'Alerts from lines': logRules({
    thresholds: alerting.thresholds,
    silentJobs: alerting.silentJobs,
    ownNamespaces: [namespaces.logging, namespaces.agents],
  }),
  'Alerts from metrics': ofAnyAgent,
  Heartbeat: [watchdog('ruler')],
};
const runbooks = readPage('runbooks.md');
const page = readPage('alerting.md');

/** Sections of a page, by heading of this level. */
function sections(text: string, level: number): readonly (readonly [string, string])[] {
  const [, ...parts] = text.split(new RegExp(`^${'#'.repeat(level)} `, 'm'));
  return parts.map((part) => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1)] as const;
  });
}

describe.each(Object.entries(LISTS))('%s', (heading, rules) => {
  const chapter = Object.fromEntries(sections(runbooks, 2))[heading] ?? '';

  it('have a runbook each, in their order, and there is no other', () => {
    expect(sections(chapter, 3).map(([name]) => name)).toEqual(rules.map(({ name }) => name));
  });

  it.each(sections(chapter, 3))('%s says how to look and what to do', (_, text) => {
    expect(text).toMatch(/^Look/m);
    expect(text).toMatch(/^Do: /m);
    // Where nothing comes, nothing can be queried.
    if (heading === 'Heartbeat') return;
    if (heading === 'Alerts from metrics') {
      expect(codeBlocks(text, 'promql')).toHaveLength(1);
      return;
    }
    const [query = ''] = codeBlocks(text, 'logql');
    expect(parseExpression(query.trim())).toMatchObject({ errors: [], isMetric: false });
  });
});

test('no alert is there with Promtail alone', () => {
  expect(ofPromtail.filter(({ name }) => !ofAnyAgent.some((rule) => rule.name === name))).toEqual([]);
});

test('every chapter of runbooks is of a list of alerts', () => {
  expect(sections(runbooks, 2).map(([heading]) => heading)).toEqual(Object.keys(LISTS));
});

test('the table of alerts is that of the rules', () => {
  const rows = [...page.matchAll(/^\| ([A-Z]\w+) \| .* \| (\w+) \|$/gm)].map(([, name, severity]) => [name, severity]);
  expect(rows).toEqual((LISTS['Alerts from lines'] ?? []).map(({ name, severity }) => [name, severity]));
});

test('the table of alerts from metrics is that of the rules', () => {
  const rows = [...readPage('monitoring.md').matchAll(/^\| ([A-Z]\w+) \| (.*) \| (.*) \| (\w+) \| .*\|$/gm)];
  expect(rows.map(([, ...cells]) => cells)).toEqual(
    (LISTS['Alerts from metrics'] ?? []).map(({ name, summary, for: wait, severity }) => [
      name,
      summary,
      wait === '0s' ? 'at once' : wait,
      severity,
    ]),
  );
});

test('the examples of monitoring are accepted', () => {
  const examples = codeBlocks(readPage('monitoring.md'), 'yaml');
  expect(examples).toHaveLength(3);
  for (const text of examples) {
    const { config } = parse(text) as { readonly config: Readonly<Record<string, unknown>> };
    const monitoring = config['spywatcher-logs:monitoring'];
    expect(() => parseStackConfig('monitoring.md', { environment: 'dev', monitoring })).not.toThrow();
  }
});

test('the thresholds that the pages name are those of the stack file', () => {
  const named = [...page.matchAll(/`(\w+)`/g), ...runbooks.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  const thresholds = { ...alerting.thresholds, ...monitoring.thresholds };
  const also = [...readPage('monitoring.md').matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
  for (const name of Object.keys(thresholds)) expect([...named, ...also]).toContain(name);
});

test('the examples are accepted', () => {
  const examples = codeBlocks(page, 'yaml').filter((text) => text.includes('spywatcher-logs:'));
  expect(examples).toHaveLength(5);
  for (const text of examples) {
    const { config } = parse(text) as { readonly config: Readonly<Record<string, unknown>> };
    const written: Readonly<Record<string, unknown>> = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.split(':')[1] ?? '', value]),
    );
    const section = written['alerting'] as { readonly files?: readonly object[] };
    const files = section.files?.map((file) => ({ ...file, content: 'groups: []' }));
    const input = { environment: 'dev', ...written, alerting: { ...section, ...(files && { files }) } };
    expect(() => parseStackConfig('alerting.md', input)).not.toThrow();
  }
});
