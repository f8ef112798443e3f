/**
 * Programs that run side by side: each with an output of its own, which is printed whole, and ended with all that it has started
 * when this process is asked to end.
 */
'use strict';
const { spawn } = require('node:child_process');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** How long a program has to end when it is asked to. */
const PATIENCE_MS = 15_000;
/** How long what it leaves to others may take: those stop the local clusters. */
const CLEANING_MS = 60_000;

const running = new Set();
let isEnding = false;

/**
 * Runs a program to its end.
 *
 * @param command - the program and its arguments.
 * @param isKept - whether its output is kept. @default false: it is printed as it comes
 * @param stdout - what becomes of its standard output, where it is not as the standard error's.
 * @returns its exit code and the kept output. Nothing once a signal has come: whoever waits goes no further.
 */
function runProgram([program, ...args], { cwd, env = process.env, isKept = false, stdout } = {}) {
  if (isEnding) return new Promise(() => {});
  const stderr = isKept ? 'pipe' : 'inherit';
  // A group of its own: a signal reaches all of it, and ^C reaches it through endAll alone.
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', stdout ?? stderr, stderr] });
  const texts = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => texts.push(text));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status));
  });
  const closed = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  });
  const entry = { child, ended, closed, texts };
  running.add(entry);
  return (async () => {
    try {
      const status = await ended;
      // A program that a test has left behind may hold the output open.
      await within(closed, 2000);
      return isEnding ? await new Promise(() => {}) : { status, output: Buffer.concat(texts).toString() };
    } finally {
      running.delete(entry);
    }
  })();
}

/** Asks all programs to end, kills those that do not, and waits for the processes that clean up after them. */
async function endAll() {
  isEnding = true;
  await Promise.all([...running].map(end));
}

async function end({ child, ended, closed }) {
  signalGroup(child, 'SIGINT');
  await within(
    ended.catch(() => undefined),
    PATIENCE_MS,
  );
  signalGroup(child, 'SIGKILL');
  await within(closed, CLEANING_MS);
}

function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

function within(promise, milliseconds) {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, milliseconds);
    promise.then(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

/** Ends all programs and then this process when it gets a signal, and prints what they have said. A second signal changes nothing. */
function endOnSignals(say) {
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (isEnding) return;
      say('\nending all of it, and what it has started');
      endAll().finally(() => {
        for (const { texts } of running) if (texts.length > 0) say(`\n── cut off\n${Buffer.concat(texts).toString()}`);
        process.exit(1);
      });
    });
}

module.exports = { endOnSignals, runProgram };
