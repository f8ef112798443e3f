'use strict';
const { parseArgs } = require('node:util');

/** What every command has. */
const HELP = { help: { type: 'boolean', short: 'h', default: false } };

/**
 * What a command was called with. Asked for help, it says how it is called, and does nothing else.
 *
 * @throws Error with the usage, for an option that the command does not have.
 */
function parseArguments(options, usage) {
  const { values, positionals } = parsed(options, usage);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  return { values, positionals };
}

function parsed(options, usage) {
  try {
    return parseArgs({ options: { ...options, ...HELP }, allowPositionals: true });
  } catch (error) {
    throw new Error(`${error.message}\n${usage}`, { cause: error });
  }
}

/** Options of a command that takes nothing else; called wrongly, it says how, and ends with exit code 1. */
function parseOptions(options, usage) {
  try {
    const { values, positionals } = parseArguments(options, usage);
    if (positionals.length > 0) throw new Error(usage);
    return values;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

module.exports = { parseArguments, parseOptions };
