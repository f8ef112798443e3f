/**
 * Steps in lanes: the lanes run side by side, and the steps of a lane one after the other, each to its end even when an earlier
 * one failed. A step's second part runs when all lanes have ended: then nothing runs beside it.
 */
'use strict';

const BEAT_MS = 60_000;

/**
 * Runs all lanes. The output of a single lane is printed as it comes, that of several whole, when a step has ended.
 *
 * @param lanes - lists of steps. A step's `run` is told whether to keep its output; it returns that output, and its second part
 *   as `finish`, which returns what became of the step.
 * @param say - prints a line.
 * @returns what became of each step, and its seconds, lane by lane.
 */
async function runLanes(lanes, say) {
  const isKept = lanes.length > 1;
  const underWay = new Set();
  // Nothing is under way while second parts run: those print as they go.
  const beat = setInterval(() => {
    if (isKept && underWay.size > 0) say(`   still running: ${[...underWay].join(', ')}`);
  }, BEAT_MS);
  try {
    const ended = await Promise.all(lanes.map(firstParts));
    return await secondParts(ended.flat());
  } finally {
    clearInterval(beat);
  }

  async function firstParts(steps) {
    const ended = [];
    for (const { name, run } of steps) {
      if (!isKept) say(heading(name));
      underWay.add(name);
      const { result, seconds } = await timed(
        () => run({ isKept }),
        (crash) => ({ finish: () => crash }),
      );
      underWay.delete(name);
      if (isKept) say(`${heading(name)}\n${result.output ?? ''}`);
      ended.push({ name, seconds, finish: result.finish });
    }
    return ended;
  }
}

async function secondParts(steps) {
  const outcomes = [];
  for (const { name, seconds, finish } of steps) {
    const { result, seconds: more } = await timed(finish, (crash) => crash);
    outcomes.push({ ...result, name, seconds: seconds + more });
  }
  return outcomes;
}

/** What a part returns, and how long it takes. A part that throws has failed; no other step has. */
async function timed(part, insteadOf) {
  const began = Date.now();
  let result;
  try {
    result = await part();
  } catch (error) {
    result = insteadOf({ counts: { passed: 0, failed: 1, skipped: 0 }, failures: [String(error)], unsteady: [] });
  }
  return { result, seconds: (Date.now() - began) / 1000 };
}

/** The line above what a step prints. */
const heading = (name) => `\n── ${name}`;

module.exports = { heading, runLanes };
