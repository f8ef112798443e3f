/**
 * `npm run --silent backup -- <stack> --out <file>`: Loki's volume → a file, with Loki stopped meanwhile.
 * `npm run --silent restore -- <stack> --from <file>`: the way back.
 */
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
const { CLUSTER_OPTIONS, CLUSTER_USAGE, clusterOf } = require('./cluster-options');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { backup, restore } = require('../lib/src/operations/backup/backup');

const USAGE = `usage: npm run --silent backup -- <stack> --out <file>
       npm run --silent restore -- <stack> --from <file> [--replace]
  --replace            delete what is in the volume
  --project <folder>   with the stack files (default: this one)
${CLUSTER_USAGE}`;
const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const OPTIONS = {
  ...CLUSTER_OPTIONS,
  restore: flag,
  out: text,
  from: text,
  replace: flag,
  project: { ...text, default: join(__dirname, '..') },
};

async function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  const [stack] = positionals;
  const { out, from } = values;
  const isUsed = values.restore
    ? from !== undefined && out === undefined
    : out !== undefined && from === undefined && !values.replace;
  if (stack === undefined || positionals.length > 1 || !isUsed) throw new Error(USAGE);
  const say = (line) => process.stderr.write(`${line}\n`);
  const owner = { cluster: clusterOf(values), config: loadStackConfig(values.project, stack), say };
  // It may be the only copy of a volume.
  if (out !== undefined && existsSync(out)) throw new Error(`${out} exists, and is not overwritten.`);
  const bytes = values.restore ? await restore(owner, from, values.replace) : await backup(owner, out);
  say(`${(bytes / 1e6).toFixed(1)} MB, with the same checksum on both sides.`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
