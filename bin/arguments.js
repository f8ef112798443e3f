'use strict';
const { parseArgs } = require('node:util');

/**
 * What a command was called with.
 *
 * @throws Error with the usage, for an option that the command does not have.
 */
function parseArguments(options, usage) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Error(`${error.message}\n${usage}`, { cause: error });
  }
}

module.exports = { parseArguments };
