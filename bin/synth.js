/** `cdk8s synth` runs this: every stack file → `dist/<stack>/`. */
'use strict';
require('node:module').enableCompileCache();
const { join } = require('node:path');
const { parseOptions } = require('./arguments');

parseOptions({}, 'usage: npm run synth     renders every stack file into dist/<stack>/');
require('./ensure-built').ensureBuilt();
const { synthesize } = require('../lib/synth/main');

const root = join(__dirname, '..');
try {
  for (const warning of synthesize(root, process.env.CDK8S_OUTDIR ?? join(root, 'dist')))
    process.stderr.write(`warning: ${warning}\n`);
} catch (error) {
  process.stderr.write(
    `${error.name === 'ConfigError' || error.name === 'AggregateError' ? error.message : error.stack}\n`,
  );
  process.exitCode = 1;
}
