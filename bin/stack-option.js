/** The stack that a command is for: `--stack prod`, or the first argument. */
'use strict';
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
const { CLUSTER_OPTIONS, clusterOf } = require('./cluster-options');

const OPTIONS = {
  ...CLUSTER_OPTIONS,
  stack: { type: 'string' },
  json: { type: 'boolean', default: false },
  project: { type: 'string', default: join(__dirname, '..') },
};

/**
 * What a command that looks at a running stack was called with.
 *
 * @throws Error with the usage, without one stack.
 */
function lookArguments(usage, more = {}) {
  const { values, positionals } = parseArguments({ ...OPTIONS, ...more }, usage);
  const named = [...(values.stack === undefined ? [] : [values.stack]), ...positionals];
  if (named.length !== 1) throw new Error(usage);
  return { values, stack: named[0], cluster: clusterOf(values) };
}

/** Runs a command; what keeps it from an answer is exit code 2. */
function answer(main) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
}

module.exports = { answer, lookArguments };
