'use strict';
/** One project for each tier; `jest --selectProjects unit`. Slow tiers say what they wait for. */
const tier = (name, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: ['<rootDir>/lib'],
  ...extra,
});

/** Real programs take their time; jest has no per-project timeout. */
const slow = { setupFilesAfterEnv: [`${__dirname}/test/support/slow-tier.js`] };

/** A cluster with the stack, for all tests of the tier. Tiers on the same cluster run one after the other. */
const onCluster = (stackOf = 'e2e') => ({
  globalSetup: `<rootDir>/test/${stackOf}/start-stack.ts`,
  globalTeardown: '<rootDir>/test/e2e/stop-stack.ts',
});

module.exports = {
  // Of e2e, whose files share a stack; jest has no sequencer of a project.
  testSequencer: `${__dirname}/test/support/test-order.js`,
  projects: [
    tier('unit'),
    tier('package', slow),
    tier('binaries', slow),
    tier('policies', slow),
    // A cluster of IPv6 alone, of its only test file.
    tier('ipv6', { ...slow, globalSetup: '<rootDir>/test/engine/set-up.ts' }),
    // A cluster on which the charts' stack becomes this one, of its only test file.
    tier('move', { ...slow, globalSetup: '<rootDir>/test/engine/set-up.ts' }),
    tier('engine', { ...slow, globalSetup: '<rootDir>/test/engine/set-up.ts' }),
    tier('e2e', { ...slow, ...onCluster() }),
    tier('durability', { ...slow, ...onCluster() }),
    tier('false-alarms', { ...slow, ...onCluster('false-alarms') }),
  ],
};
