'use strict';
/** One project for each tier; `jest --selectProjects unit`. Slow tiers say what they wait for. */
const tier = (name, testTimeout) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: ['<rootDir>/lib'],
  testTimeout,
});

module.exports = {
  projects: [
    tier('unit', 5_000),
    tier('package', 300_000),
    tier('binaries', 120_000),
    tier('policies', 120_000),
    tier('engine', 600_000),
    tier('e2e', 600_000),
  ],
};
