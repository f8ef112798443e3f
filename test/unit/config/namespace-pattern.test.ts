/** Which namespaces a pattern means, and which patterns are none. */
import { covers, namespacesIn, patternOf } from '../../../src/config/namespace-pattern';
import { configWith, problemsOf } from '../../support/config';

test.each([
  ['kube-*', 'kube-system', true],
  ['kube-*', 'kube-', true],
  ['kube-*', 'my-kube-system', false],
  ['*-test', 'shop-test', true],
  ['*-test', 'shop-test-2', false],
  ['team-*-db', 'team-a-b-db', true],
  ['team-*-db', 'team-db', false],
  ['noise', 'noise', true],
  ['noise', 'noise-2', false],
] as const)('given the pattern %s, %s is meant: %s', (pattern, namespace, is) => {
  expect(patternOf(namespace, ['none', pattern]) === pattern).toBe(is);
  expect(new RegExp(`^(?:${namespacesIn(['none', pattern])})$`).test(namespace)).toBe(is);
});

test.each([
  ['team-*', 'team-a-*', true],
  ['team-a-*', 'team-*', false],
  ['team-*', 'team-a', true],
  ['team-a', 'team-*', false],
  ['*-db', 'a-*-db', true],
] as const)('given %s, every namespace of %s is one of it: %s', (pattern, other, is) => {
  expect(covers(pattern, other)).toBe(is);
});

test.each(['*', '**', 'a**', 'Kube-*', '-a*', 'a-', 'a_*', '', 'a'.repeat(64), 'kube-?', 'kube-[a-z]'])(
  'given %j, it is refused with a rule and an example',
  (pattern) => {
    const [found, ...more] = problemsOf({ environment: 'dev', agent: { excludeNamespaces: [pattern] } });
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      path: 'agent.excludeNamespaces[0]',
      rule: expect.stringMatching(/^a namespace, or a pattern with \*/) as string,
      remedy: 'write for example kube-system, or kube-* for all whose names begin so',
    });
  },
);

test.each(['kube-*', '*-test', 'a*b', 'a', '*x*', 'a'.repeat(63)])('given %s, it is taken', (pattern) => {
  expect(configWith({ agent: { excludeNamespaces: [pattern] } }).agent.excludeNamespaces).toEqual([pattern]);
});
