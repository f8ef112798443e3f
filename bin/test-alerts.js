/**
 * `npm run test:alerts -- <file…>`: unit tests of LogQL alert rules, on a real Loki; see docs/alert-tests.md. Exit code 0: all
 * passed; 2: some failed; 1: they could not be run.
 */
'use strict';
const { readdirSync, existsSync } = require('node:fs');
const { join } = require('node:path');
const { parseArguments } = require('./arguments');

const ROOT = join(__dirname, '..');
const OWN = join(ROOT, 'src', 'alerts', 'tests');
const USAGE = `usage: npm run --silent test:alerts -- [<test file> …]     without a file: the tests of this project's own rules
  --loki <program>     Loki's program (default: this project's, built from its Go module)
  --interval <time>    between two evaluations (default: 1s); longer on a busy machine
  --project <folder>   with the stack files that tests name (default: this one)
  --json               results as JSON, on standard output`;
const OPTIONS = {
  loki: { type: 'string' },
  interval: { type: 'string', default: '1s' },
  project: { type: 'string', default: ROOT },
  json: { type: 'boolean', default: false },
};

const say = (line) => process.stderr.write(`${line}\n`);

/** The given program, or the one that this project pins. */
async function lokiProgram(given) {
  if (given !== undefined) {
    if (given.includes('/') && !existsSync(given)) throw new Error(`--loki: there is no ${given}`);
    return given;
  }
  const { loki } = await require('../lib/tools/build').ensureTools(['loki'], say);
  return loki;
}

async function main() {
  const { values, positionals } = parseArguments(OPTIONS, USAGE);
  require('./ensure-built').ensureBuilt(values.loki === undefined ? 'local' : 'product');
  const { formatResult, formatSummary, loadTests, runTests } = require('../lib/src/alert-tests');
  const { stackRules } = require('../lib/src/alert-tests/stack-rules');
  const { parseStackConfig } = require('../lib/src/config');
  const { parseDuration } = require('../lib/src/config/units');
  const interval = parseDuration(values.interval);
  if (!(interval?.milliseconds >= 100))
    throw new Error(`--interval: ${values.interval} is no time of 100ms or more\n${USAGE}`);
  const own = () =>
    readdirSync(OWN)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => join(OWN, name));
  const files = positionals.length === 0 ? own() : positionals;
  const tests = files.flatMap((file) => loadTests(file, (stack) => stackRules(values.project, stack)));
  const started = Date.now();
  const results = await runTests(tests, {
    loki: await lokiProgram(values.loki),
    stack: parseStackConfig('alert tests', { environment: 'dev' }),
    interval: interval.milliseconds,
    onProgress: say,
    ...(values.json ? {} : { onResult: (result) => process.stdout.write(`${formatResult(result)}\n`) }),
  });
  const milliseconds = Date.now() - started;
  const failed = results.some(({ passed }) => !passed);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ passed: !failed, milliseconds, tests: results }, null, 2)}\n`);
  else process.stdout.write(`\n${formatSummary(results, milliseconds)}\n`);
  if (failed) process.exitCode = 2;
}

main().catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
