'use strict';
/**
 * Jest's environment of tests that ask Grafana's own code what it draws (`grafana-draws.ts`). That code is loaded here, by Node:
 * Jest does not `require` the ESM modules that it wants.
 */
const data = require('@grafana/data');
const { TestEnvironment } = require('jest-environment-node');

// Options of a field, as the app registers them.
const option = (id, process) => ({ id, path: id, name: id, process, shouldApply: () => true });
data.standardFieldConfigEditorRegistry.setInit(() => [
  option('displayName', data.displayNameOverrideProcessor),
  option('unit', data.unitOverrideProcessor),
  ...['color', 'thresholds', 'noValue', 'min', 'max', 'decimals', 'mappings'].map((id) =>
    option(id, data.identityOverrideProcessor),
  ),
]);

module.exports = class GrafanaEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.grafanaData = data;
  }
};
