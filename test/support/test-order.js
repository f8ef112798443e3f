'use strict';
const { join } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const DOCTOR = join(__dirname, '..', 'e2e', 'doctor.test.ts');

/**
 * The doctor's test before all others, which jest sorts by what failed last, by time and by size. It wants a stack that nothing has
 * happened to: what volume.test.ts restores is without the canary's last lines, and the failed logins of sources.test.ts are alerts
 * for five minutes.
 */
module.exports = class TestOrder extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const isDoctor = ({ path }) => path === DOCTOR;
    return [...sorted.filter(isDoctor), ...sorted.filter((test) => !isDoctor(test))];
  }
};
