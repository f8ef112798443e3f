/** `make up`, `make down` and the local cluster's own commands; see local/cli.ts. */
'use strict';
require('./ensure-built').ensureBuilt('local');
const { INSTANCE_VARIABLE, instanceNumber } = require('../lib/local/instance');

try {
  instanceNumber(process.env[INSTANCE_VARIABLE]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
require('../lib/local/cli');
