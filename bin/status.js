/**
 * `npm run --silent status -- --stack prod`: one screen about a running stack. Exit code 0: all is as it should be; 1: something is
 * not; 2: it could not be seen, or the command was called wrongly.
 */
'use strict';
const { CLUSTER_USAGE } = require('./cluster-options');
const { answer, lookArguments } = require('./stack-option');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { stackObjects } = require('../lib/charts/objects');
const { collect } = require('../lib/src/operations/observe/collect');
const { exitCode, statusOf } = require('../lib/src/operations/status/status');
const { formatStatus } = require('../lib/src/operations/status/format');

const USAGE = `usage: npm run --silent status -- --stack <stack>
  --json               as JSON (docs/status.md)
  --interval <seconds> between the two samples that rates come from (default 3)
  --project <folder>   with the stack files (default: this one)
${CLUSTER_USAGE}`;

answer(async () => {
  const { values, stack, cluster } = lookArguments(USAGE, { interval: { type: 'string', default: '3' } });
  const interval = Number(values.interval);
  if (!(interval > 0 && interval <= 60)) throw new Error(`--interval: from above 0 to 60 seconds\n${USAGE}`);
  const config = loadStackConfig(values.project, stack);
  const expected = stackObjects(config);
  const state = await collect(cluster, config, expected, { interval, logs: false });
  const status = statusOf(stack, config, expected, state);
  const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(values.json ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status, colours));
  process.exitCode = exitCode(status.verdict);
});
