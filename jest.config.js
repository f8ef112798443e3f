'use strict';
/** One project for each tier; `jest --selectProjects unit`. Slow tiers say what they wait for. */
const tier = (name, testTimeout, extra = {}) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: ['<rootDir>/lib'],
  testTimeout,
  ...extra,
});

module.exports = {
  projects: [
    tier('unit', 5_000),
    tier('package', 300_000),
    tier('binaries', 120_000),
    tier('policies', 120_000),
    tier('engine', 600_000),
    tier('e2e', 600_000, {
      globalSetup: '<rootDir>/test/e2e/start-stack.ts',
      globalTeardown: '<rootDir>/test/e2e/stop-stack.ts',
    }),
  ],
};
