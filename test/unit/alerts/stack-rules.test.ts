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
