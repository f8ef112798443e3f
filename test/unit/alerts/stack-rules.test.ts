import { stackLogRules } from '../../../src/alerts';
import { stackRules } from '../../../src/alerts/stack-rules';
import type { StackConfigInput } from '../../../src/config';
import { configWith } from '../../support/config';

const NO_RULES = 'RulerWithoutRules';
const namesOf = (alerting: StackConfigInput['alerting']): readonly string[] =>
  stackRules(configWith({ monitoring: { type: 'embedded' }, alerting })).map(({ name }) => name);
const disabled = stackLogRules(configWith()).map(({ name }) => name);

test('a ruler without rules is told of where it should have some', () => {
  expect(namesOf({})).toContain(NO_RULES);
  const recording = [{ record: 'a:b', expr: 'sum(rate({job="backend"}[5m]))' }];
  expect(namesOf({ disabled, recording })).toContain(NO_RULES);
});

test('a ruler that has none to read is not', () => {
  expect(namesOf({ disabled })).not.toContain(NO_RULES);
  expect(namesOf({ enabled: false })).not.toContain(NO_RULES);
});

const exprOf = (name: string, differences: Partial<StackConfigInput>): string =>
  stackRules(configWith(differences)).find((rule) => rule.name === name)?.expr ?? '';

describe.each([
  ['promtail', 'collector'],
  ['collector', 'promtail'],
] as const)('given a stack whose agent is %s', (type, other) => {
  const rules = stackRules(configWith({ agent: { type }, monitoring: { type: 'operator' }, gateway: { tls: {} } }));

  test('no rule asks for the other agent', () => {
    const metrics = type === 'promtail' ? /otelcol_|push_duration/ : /promtail_|logentry_/;
    const texts = rules.map(({ name, expr, description }) => `${name}: ${expr} ${description}`);
    expect(texts.filter((text) => text.includes(`job="${other}"`) || metrics.test(text))).toEqual([]);
  });

  test('where the operator’s Prometheus has other stacks, its series are those of the agents’ namespace', () => {
    const of = rules.flatMap(({ expr }) => [...expr.matchAll(new RegExp(`job="${type}",(namespace="[^"]*")`, 'g'))]);
    expect(of.length).toBeGreaterThan(10);
    expect(new Set(of.map(([, namespace]) => namespace))).toEqual(new Set(['namespace="logging-agents"']));
  });
});

test('what waits is reported at half of the age that Loki takes, as far as the stack’s own Prometheus remembers', () => {
  const agent = { type: 'collector' } as const;
  const limits = { rejectOldSamplesAfter: '30d' };
  const windowOf = (differences: Partial<StackConfigInput>): string | undefined =>
    /offset (\w+)/.exec(exprOf('AgentQueueTooOld', { agent, ...differences }))?.[1];
  expect(windowOf({})).toBe('84h');
  expect(windowOf({ limits, monitoring: { type: 'operator' } })).toBe('360h');
  expect(windowOf({ limits, monitoring: { type: 'embedded', embedded: { retention: '10d' } } })).toBe('120h');
});
