/**
 * `npm run --silent bucket-tree -- <chunks> <tree>`: gives a copy of a single Loki's files the names that they have in a bucket
 * (docs/ha.md).
 */
'use strict';
const { parseArguments } = require('./arguments');
require('./ensure-built').ensureBuilt();
const { bucketTree } = require('../lib/src/operations/bucket-tree/bucket-tree');

const USAGE = 'usage: npm run --silent bucket-tree -- <folder chunks of Loki’s volume> <new folder>';

async function main() {
  const [from, to, ...more] = parseArguments({}, USAGE).positionals;
  if (from === undefined || to === undefined || more.length > 0) throw new Error(USAGE);
  const { chunks, index, bytes } = await bucketTree(from, to);
  process.stdout.write(
    `${to}: ${chunks} chunks and ${index} files of the index, ${(bytes / 1e6).toFixed(1)} MB. Copy it to the bucket as it is.\n`,
  );
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
