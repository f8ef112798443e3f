/**
 * `npm run --silent size -- <stack>`: how much disk Loki needs for the load that the stack file expects.
 * `--lines-per-second`, `--bytes-per-line`: for another one.
 */
'use strict';
const { join } = require('node:path');
const { parseArguments } = require('./arguments');
require('./ensure-built').ensureBuilt();
const { loadStackConfig } = require('../lib/src/config');
const { sizeReport } = require('../lib/src/operations/size/size');

const USAGE = `usage: npm run --silent size -- <stack> [--lines-per-second N] [--bytes-per-line N]
  --project <folder>   with the stack files (default: this one)`;
const OPTIONS = {
  'lines-per-second': { type: 'string' },
  'bytes-per-line': { type: 'string' },
  project: { type: 'string', default: join(__dirname, '..') },
};

/** A number that was given, or the stack file's. */
function number(values, name, fallback) {
  const value = values[name] === undefined ? fallback : Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name}: ${values[name]} is no number above 0\n${USAGE}`);
  return value;
}

function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  const [stack] = positionals;
  if (stack === undefined || positionals.length > 1) throw new Error(USAGE);
  const config = loadStackConfig(values.project, stack);
  const { linesPerSecond, bytesPerLine } = config.expectedLoad;
  const load = {
    linesPerSecond: number(values, 'lines-per-second', linesPerSecond),
    bytesPerLine: number(values, 'bytes-per-line', bytesPerLine),
  };
  process.stdout.write(`${sizeReport(config, load)}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
