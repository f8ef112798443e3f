/**
 * `npm run verify`: every check and every tier of tests, one after the other, each to its end even when an earlier one
 * failed. The last line counts them all.
 */
'use strict';
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative } = require('node:path');
const { stripVTControlCharacters } = require('node:util');
const { parseOptions } = require('./arguments');

parseOptions({}, 'usage: npm run verify     every check and every tier of tests, one after the other');

const root = join(__dirname, '..');
const results = mkdtempSync(join(tmpdir(), 'verify-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const summary = [];
/** A line for each failed test, and why: a report of many thousand lines is often cut. */
const failures = [];

/** A command that either passes or fails. */
function check(name, command, ...args) {
  step(name, () => {
    const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
    return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  });
}

/** One jest project. A tier that could not even start is a failure. */
function tier(name, ...args) {
  step(name, () => {
    const report = join(results, `${name}.json`);
    const { status } = spawnSync(
      'jest',
      ['--selectProjects', name, '--json', `--outputFile=${report}`, '--ci', ...args],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    let counts = { passed: 0, failed: 0, skipped: 0 };
    try {
      const found = JSON.parse(readFileSync(report, 'utf8'));
      const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = found;
      failures.push(...found.testResults.flatMap((file) => failuresOf(name, file)));
      counts = {
        passed: numPassedTests,
        failed: numFailedTests + numRuntimeErrorTestSuites,
        skipped: numPendingTests + numTodoTests,
      };
    } catch (error) {
      process.stderr.write(`${name}: no report: ${error.message}\n`);
    }
    if (counts.failed === 0 && (status !== 0 || counts.passed + counts.skipped === 0)) counts.failed = 1;
    return counts;
  });
}

/** Of one file: its failed tests, or the file itself where it could not be run. */
function failuresOf(tierName, { name, message, assertionResults }) {
  const file = relative(root, name);
  if (assertionResults.length === 0 && message !== '') return [`${tierName}: ${file}: ${firstLines(message)}`];
  return assertionResults
    .filter(({ status }) => status === 'failed')
    .map(
      ({ fullName, failureMessages }) => `${tierName}: ${file}: ${fullName}: ${firstLines(failureMessages[0] ?? '')}`,
    );
}

/** What was wrong, without colours and the place in the code. */
function firstLines(message) {
  const text = stripVTControlCharacters(message).split(/\n\s+at /)[0];
  const words = text.replace(/\s+/g, ' ').trim();
  return words.length > 400 ? `${words.slice(0, 400)}…` : words;
}

function step(name, run) {
  process.stdout.write(`\n── ${name}\n`);
  const started = Date.now();
  const counts = run();
  for (const key of Object.keys(total)) total[key] += counts[key];
  summary.push(
    `${name.padEnd(24)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(4)} failed ${String(counts.skipped).padStart(4)} skipped ${((Date.now() - started) / 1000).toFixed(1).padStart(8)} s`,
  );
}

check('types', 'tsc', '-p', 'tsconfig.json', '--noEmit');
check('lint', 'npm', 'run', '--silent', 'lint');
tier('unit');
check('dist is current', 'node', 'bin/check-dist.js');
check('reference is current', 'npm', 'run', '--silent', 'docs:check');
tier('package', '--runInBand');
check('build the real programs', 'node', 'bin/local.js', 'build-tools');
// Its tests mostly wait: for Loki's intervals, for batches, for timeouts.
tier('binaries', '--maxWorkers=3');
// They open no ports and share no folders.
tier('policies', '--maxWorkers=2');
tier('engine', '--runInBand');
tier('e2e', '--runInBand');
tier('durability', '--runInBand');
tier('false-alarms', '--runInBand');

rmSync(results, { recursive: true });
if (failures.length > 0) process.stdout.write(`\nfailed:\n${failures.join('\n')}\n`);
process.stdout.write(
  `\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
