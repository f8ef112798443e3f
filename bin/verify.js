/**
 * `npm run verify`: every check and every tier of tests, each to its end even when an earlier one failed. First comes what
 * computes, then two lanes side by side, which mostly wait. The last line counts all tests.
 */
'use strict';
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { endOnSignals, runProgram } = require('./children');
const { heading, runLanes } = require('./lanes');
const { judge } = require('./test-report');

const root = join(__dirname, '..');
/** Chooses a local cluster: local/instance.ts. One lane has the cluster that is chosen outside, the other one another. */
const CLUSTER = 'LOCAL_CLUSTER';
const OTHER_CLUSTER = { [CLUSTER]: process.env[CLUSTER] === 'g' ? 'f' : 'g' };
/** For the lane that has one worker at a time: a range of ports that no worker of the other has, see programs/program.ts. */
const OTHER_PORTS = { TEST_PORT_RANGE: '4' };
/** A network of both families, where the kernel has both. */
const DUAL_STACK = existsSync('/proc/sys/net/ipv6/conf/all/disable_ipv6') ? { LOCAL_CLUSTER_IP: 'dual' } : {};
/** Before the command of a step that only computes: it gives way to programs that others wait for. */
const GIVING_WAY = ['nice', '-n', '10'];

const say = (line) => process.stdout.write(`${line}\n`);

/** A command that either passes or fails. */
function check(name, ...command) {
  return {
    name,
    run: async ({ isKept }) => {
      const { status, output } = await runProgram(command, { cwd: root, isKept });
      const counts = status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
      return { output, finish: () => ({ counts, failures: [], unsteady: [] }) };
    },
  };
}

/**
 * One jest project.
 *
 * @param rerun - whether a file that fails is run once more, alone: for tiers whose real programs meet a machine's bad moments.
 * @param before - words before the command.
 * @param env - variables beside those of this process.
 */
function tier(name, { rerun = false, args = [], before = [], env = {} } = {}) {
  const jest = async (isKept, ...more) => {
    const report = join(results, `${name}.json`);
    rmSync(report, { force: true });
    const command = [...before, 'jest', '--selectProjects', name, '--json', `--outputFile=${report}`, '--ci', ...args];
    const options = { cwd: root, env: { ...process.env, ...env }, isKept, stdout: 'ignore' };
    const { status, output } = await runProgram([...command, ...more], options);
    try {
      return { output, run: { report: JSON.parse(readFileSync(report, 'utf8')), exitCode: status } };
    } catch (error) {
      process.stderr.write(`${name}: no report: ${error.message}\n`);
      return { output };
    }
  };
  return {
    name,
    run: async ({ isKept }) => {
      const { output, run: first } = await jest(isKept);
      const again = async (file) => {
        say(heading(`${name}, once more, alone`));
        return (await jest(false, '--runTestsByPath', file)).run;
      };
      return { output, finish: () => judge({ first, root, ...(rerun ? { rerun: again } : {}) }) };
    },
  };
}

/** What the lanes need is here: they would compile and build it at the same time, and in the same folders. */
const FIRST = [
  check(
    'types and lint',
    // Each keeps one core busy.
    ...['run-p', '--silent', '--aggregate-output', '--print-label', '--continue-on-error', 'types', 'lint'],
  ),
  tier('unit'),
  check('dist is current', 'npm', 'run', '--silent', 'check-dist'),
  check('reference is current', 'npm', 'run', '--silent', 'docs:check'),
  check('build the real programs', 'npm', 'run', '--silent', 'local', '--', 'build-tools'),
];

const LANES = [
  [
    tier('package', { args: ['--runInBand'], before: GIVING_WAY }),
    // Its tests mostly wait: for Loki's intervals, for batches, for timeouts.
    tier('binaries', { rerun: true, args: ['--maxWorkers=3'] }),
    // They open no ports and share no folders.
    tier('policies', { args: ['--maxWorkers=2'], before: GIVING_WAY }),
    tier('engine', { rerun: true, args: ['--runInBand'], env: OTHER_CLUSTER }),
    tier('ipv6', { rerun: true, args: ['--runInBand'], env: { ...OTHER_CLUSTER, LOCAL_CLUSTER_IP: 'ipv6' } }),
    tier('durability', { rerun: true, args: ['--runInBand'], env: OTHER_CLUSTER }),
  ],
  [
    tier('e2e', { rerun: true, args: ['--runInBand'], env: OTHER_PORTS }),
    tier('move', { rerun: true, args: ['--runInBand'], env: { ...OTHER_PORTS, ...DUAL_STACK } }),
    // It asks that no alert fires: it stands beside the end of the other lane, where little is computed.
    tier('false-alarms', { rerun: true, args: ['--runInBand'], env: OTHER_PORTS }),
  ],
];

let results;

/** All of them, to the last. */
async function run() {
  endOnSignals(say);
  results = mkdtempSync(join(tmpdir(), 'verify-'));
  const outcomes = [...(await runLanes([FIRST], say)), ...(await runLanes(LANES, say))];
  rmSync(results, { recursive: true });
  const lines = (key) => outcomes.flatMap((outcome) => outcome[key].map((line) => `${outcome.name}: ${line}`));
  const failures = lines('failures');
  const unsteady = lines('unsteady');
  // A line for each failed test, and why: a report of many thousand lines is often cut.
  if (failures.length > 0) say(`\nfailed:\n${failures.join('\n')}`);
  if (unsteady.length > 0) say(`\nunsteady, passed when run once more, alone:\n${unsteady.join('\n')}`);
  const total = (key) => outcomes.reduce((sum, { counts }) => sum + counts[key], 0);
  say(`\n${outcomes.map(summary).join('\n')}`);
  say(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`);
  return total('failed') > 0 ? 1 : 0;
}

function summary({ name, counts: { passed, failed, skipped }, seconds }) {
  const column = (number, width) => String(number).padStart(width);
  return `${name.padEnd(24)} ${column(passed, 5)} passed ${column(failed, 4)} failed ${column(skipped, 4)} skipped ${column(seconds.toFixed(1), 8)} s`;
}

module.exports = { options: {}, run };
