/** `make bench`; see bench/cli.ts. */
'use strict';
require('./ensure-built').ensureBuilt('local');
const { INSTANCE_VARIABLE, instanceNumber } = require('../lib/local/instance');

try {
  instanceNumber(process.env[INSTANCE_VARIABLE]);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
require('../lib/bench/cli');
