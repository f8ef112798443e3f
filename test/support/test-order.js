/** In which order test files begin: the doctor's before all others, then what takes longest, then as jest has it. */
'use strict';
const { join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const at = (...path) => join(__dirname, '..', ...path);

/**
 * It wants a stack that nothing has happened to: what volume.test.ts restores is without the canary's last lines, and the failed logins
 * of sources.test.ts are alerts for five minutes.
 */
const FIRST = at('e2e', 'doctor.test.ts');

/**
 * Whole minutes each, the longest first. On a machine that has not run the tests yet, jest goes by the size of a file: it would begin
 * a short file that waits for long at the end, with nothing left to run beside it.
 */
const LONG = [
  ...['loki-ha', 'loki-ha-gateway', 'stack-files', 'ring-label', 'retention', 'synth-command'].map((name) =>
    at('binaries', `${name}.test.ts`),
  ),
  at('unit', 'stacks', 'options.test.ts'),
  at('unit', 'deploy', 'logging-stack.test.ts'),
];

module.exports = class TestOrder extends Sequencer {
  async sort(tests) {
    const rank = ({ path }) => (path === FIRST ? -1 : LONG.includes(path) ? LONG.indexOf(path) : LONG.length);
    const sorted = await super.sort(tests);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
};
