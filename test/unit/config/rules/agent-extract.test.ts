import type { StackConfigInput } from '../../../../src/config';
import { testRules } from './rows';

type Rule = NonNullable<NonNullable<StackConfigInput['agent']>['extract']>[number];
const PLAN = { name: 'plan', from: 'customer.plan', values: ['free', 'paid'] };
const JSON_RULE: Rule = { type: 'json', selector: '{job="orders"}', labels: [PLAN] };
const REGEX_RULE: Rule = {
  type: 'regex',
  selector: '{job="legacy"}',
  expression: 'shop=(?P<shop>[a-z]+)',
  metadata: [{ name: 'shop', from: 'shop' }],
};
const extract = (...rules: Rule[]) => ({ agent: { extract: rules } });
const valuesOf = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);
const planOf = (values: string[]): Rule => ({ ...JSON_RULE, labels: [{ ...PLAN, values }] });
const LABELS = 'matchers of labels that lines have: job, service, level, namespace, app, container, node';

testRules([
  {
    rule: LABELS,
    broken: extract({ ...JSON_RULE, selector: '{team="a"}' }),
    path: 'agent.extract[0].selector',
    received: String.raw`"{team=\"a\"}"`,
    remedy: 'replace team, which lines have before they are read',
    kept: extract({ ...JSON_RULE, selector: '{app="a"}' }),
  },
  {
    rule: LABELS,
    broken: extract(JSON_RULE, { ...REGEX_RULE, selector: '{plan="free"}' }),
    path: 'agent.extract[1].selector',
    received: String.raw`"{plan=\"free\"}"`,
    remedy: 'replace plan, which lines have before they are read',
    kept: {
      agent: { extract: [JSON_RULE], drop: [{ name: 'free', selector: '{plan="free"}', patterns: ['x'] }] },
    },
  },
  {
    rule: 'at least one of labels and metadata',
    broken: extract({ ...JSON_RULE, labels: [] }),
    path: 'agent.extract[0]',
    received: String.raw`"{job=\"orders\"}"`,
    remedy: 'add what is taken out, or remove it',
    kept: extract(JSON_RULE),
  },
  {
    rule: 'a group of the expression: shop',
    broken: extract({ ...REGEX_RULE, metadata: [{ name: 'shop', from: 'till' }] }),
    path: 'agent.extract[0].metadata[0].from',
    received: '"till"',
    remedy: 'name one of these',
    kept: extract(REGEX_RULE),
  },
  {
    rule: 'a name that lines have no other value under',
    broken: extract({ ...REGEX_RULE, metadata: [{ name: 'userId', from: 'shop' }] }),
    path: 'agent.extract[0].metadata[0].name',
    received: '"userId"',
    remedy: 'write for example own_userId',
    kept: extract(REGEX_RULE),
  },
  {
    rule: 'a name that is given once; this one is at agent.extract[0].labels[0].name',
    broken: extract(JSON_RULE, { ...REGEX_RULE, metadata: [{ name: 'plan', from: 'shop' }] }),
    path: 'agent.extract[1].metadata[0].name',
    received: '"plan"',
    remedy: 'rename one of them',
    kept: extract(JSON_RULE, REGEX_RULE),
  },
  {
    rule: 'at most 50 values: each may make a stream of each app',
    broken: extract(planOf(valuesOf(51))),
    path: 'agent.extract[0].labels[0].values',
    received: '"51 values"',
    remedy: 'keep it as metadata, without values',
    kept: extract(planOf(valuesOf(50))),
  },
  {
    rule: 'at most 5 labels in agent.labels, agent.podLabels and agent.extract: Loki refuses a stream with more than 15',
    broken: { agent: { labels: { a: 'x', b: 'x', c: 'x', d: 'x', e: 'x' }, extract: [JSON_RULE] } },
    path: 'agent',
    received: '["a","b","c","d","e","plan"]',
    remedy: 'keep those that no selector needs as metadata',
    kept: { agent: { labels: { a: 'x', b: 'x', c: 'x', d: 'x' }, extract: [JSON_RULE, REGEX_RULE] } },
  },
]);
