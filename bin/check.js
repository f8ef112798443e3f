/**
 * `npm run --silent check -- <stack>`: what of a stack file cannot be applied to what runs. Exit code 0: all of it can; 2: some
 * of it cannot, and a report says what to do; 1: it could not be compared.
 */
'use strict';
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
const { CLUSTER_OPTIONS, CLUSTER_USAGE, clusterOf } = require('./cluster-options');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { stackObjects } = require('../lib/charts/objects');
const { readRunning } = require('../lib/src/operations/compare/running');
const { compareWithRunning, formatFindings } = require('../lib/src/operations/compare/compare');

const USAGE = `usage: npm run --silent check -- <stack>
  --json               findings as JSON, on standard output
  --project <folder>   with the stack files (default: this one)
${CLUSTER_USAGE}`;
const OPTIONS = {
  ...CLUSTER_OPTIONS,
  json: { type: 'boolean', default: false },
  project: { type: 'string', default: join(__dirname, '..') },
};

function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  const [stack] = positionals;
  if (stack === undefined || positionals.length > 1) throw new Error(USAGE);
  const config = loadStackConfig(values.project, stack);
  const wanted = stackObjects(config);
  const findings = compareWithRunning(wanted, readRunning(clusterOf(values), wanted), new Date());
  if (values.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else if (findings.length > 0) process.stderr.write(`${formatFindings(stack, findings)}\n`);
  else process.stderr.write(`${stack}: all of it can be applied to what runs.\n`);
  if (findings.length > 0) process.exitCode = 2;
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
