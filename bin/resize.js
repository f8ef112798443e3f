/** `npm run --silent resize -- <stack>`: lets running volumes grow to the sizes in the stack file, without a restart of any pod. */
'use strict';
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
const { CLUSTER_OPTIONS, CLUSTER_USAGE, clusterOf } = require('./cluster-options');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { stackObjects } = require('../lib/charts/objects');
const { resize } = require('../lib/src/operations/resize/resize');

const USAGE = `usage: npm run --silent resize -- <stack>
  --project <folder>   with the stack files (default: this one)
${CLUSTER_USAGE}`;
const OPTIONS = { ...CLUSTER_OPTIONS, project: { type: 'string', default: join(__dirname, '..') } };

async function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  const [stack] = positionals;
  if (stack === undefined || positionals.length > 1) throw new Error(USAGE);
  const objects = stackObjects(loadStackConfig(values.project, stack));
  const say = (line) => process.stderr.write(`${line}\n`);
  const { sets, replaced } = await resize(clusterOf(values), stack, objects, say);
  if (sets.length === 0) say(`${stack}: every volume has its size already.`);
  else if (replaced.length === 0)
    say(`${sets.join(', ')}: has its new size; no pod was restarted. Apply the stack now.`);
  else
    say(
      `${sets.join(', ')}: has its new size; these pods are others now: ${replaced.join(', ')}. Apply the stack now.`,
    );
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
