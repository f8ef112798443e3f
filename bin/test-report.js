/** What a run of jest says of its tests, and what the failed ones say when they are run once more. */
'use strict';
const { relative } = require('node:path');
const { stripVTControlCharacters } = require('node:util');

/** More failed files than these are no accident. */
const MOST_RERUNS = 3;

/**
 * Counts the tests of a run, after each file that failed was run once more. A file that passes then is unsteady: it counts as passed,
 * and is named.
 *
 * @param first - jest's report and exit code; undefined if it could not start.
 * @param rerun - runs the named file, and returns the same; undefined if no file gets a second run.
 * @param root - paths are told from there.
 * @returns counts, and a line for each test that failed and for each that failed the first time only.
 */
async function judge({ first, rerun, root }) {
  if (first === undefined) return { counts: { passed: 0, failed: 1, skipped: 0 }, failures: [], unsteady: [] };
  const { testResults } = first.report;
  const failed = testResults.filter(({ status }) => status === 'failed');
  const steadied = new Map();
  if (rerun !== undefined && failed.length <= MOST_RERUNS) {
    for (const file of failed) {
      const again = await rerun(file.name);
      if (again?.exitCode === 0) steadied.set(file, again.report.testResults[0]);
    }
  }
  const files = testResults.map((file) => steadied.get(file) ?? file);
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const count = (...wanted) => tests.filter(({ status }) => wanted.includes(status)).length;
  const counts = {
    passed: count('passed'),
    failed: count('failed') + files.filter(couldNotRun).length,
    skipped: count('pending', 'todo'),
  };
  // Set-up and tear-down are no tests, and neither is nothing.
  if (tests.length === 0 || (first.exitCode !== 0 && failed.length === 0)) counts.failed += 1;
  const say = (some) => some.flatMap((file) => failuresOf(file, root));
  return { counts, failures: say(files), unsteady: say([...steadied.keys()]) };
}

function couldNotRun({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}

/** Of one file: its failed tests, or the file itself where it could not be run. */
function failuresOf(file, root) {
  const name = relative(root, file.name);
  if (couldNotRun(file)) return [`${name}: ${firstLines(file.message)}`];
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${name}: ${fullName}: ${firstLines(failureMessages[0] ?? '')}`);
}

/** What was wrong, without colours and the place in the code. */
function firstLines(message) {
  const text = stripVTControlCharacters(message).split(/\n\s+at /)[0];
  const words = text.replace(/\s+/g, ' ').trim();
  return words.length > 400 ? `${words.slice(0, 400)}…` : words;
}

module.exports = { judge };
