/**
 * `npm run --silent doctor -- --stack prod`: which link of the chain is broken, and what to do. Exit code 0: none; 1: one is; 2: it
 * could not be found out, or the command was called wrongly.
 */
'use strict';
const { CLUSTER_USAGE } = require('./cluster-options');
const { answer, lookArguments } = require('./stack-option');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { stackObjects } = require('../lib/charts/objects');
const { examine } = require('../lib/src/operations/doctor/examine');
const { formatReport } = require('../lib/src/operations/doctor/format');
const { exitCode } = require('../lib/src/operations/status/status');

const USAGE = `usage: npm run --silent doctor -- --stack <stack>
  --pod <namespace>/<name>  why the lines of this pod are there, or not
  --app <name>              the same of the pods with this app label
  --json                    as JSON (docs/status.md)
  --project <folder>        with the stack files (default: this one)
${CLUSTER_USAGE}`;

/** Which pods are asked for. */
function askedOf({ pod, app }) {
  if (pod === undefined) return app === undefined ? undefined : { app };
  const [namespace, name, ...rest] = pod.split('/');
  if (app !== undefined || !namespace || !name || rest.length > 0) throw new Error(USAGE);
  return { pod: { namespace, name } };
}

answer(async () => {
  const text = { type: 'string' };
  const { values, stack, cluster } = lookArguments(USAGE, { pod: text, app: text });
  const asked = askedOf(values);
  const config = loadStackConfig(values.project, stack);
  const report = await examine(cluster, stack, config, stackObjects(config), asked);
  const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report, colours));
  process.exitCode = exitCode(report.verdict);
});
