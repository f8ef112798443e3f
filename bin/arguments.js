/** How every command is called, reads its options, and ends. The types of a command: src/operations/command.ts. */
'use strict';
const { parseArgs } = require('node:util');

/** The exit code of a command that could not do what it should, or was called wrongly. */
const FAILED = 2;
const HELP = { type: 'boolean', short: 'h', default: false, description: 'this' };

/** Called wrongly: the usage follows the message. */
class UsageError extends Error {
  name = 'UsageError';
}

/** How a command is called. */
function usageOf(name, does, { options, words }) {
  const entries = Object.entries(options);
  const spelled = ([option, { value }]) => (value === undefined ? `--${option}` : `--${option} ${value}`);
  const required = entries.filter(([, { required }]) => required).map(spelled);
  const lines = entries.map(([option, definition]) => {
    const { description, default: fallback } = definition;
    const more = typeof fallback === 'string' ? ` (default: ${fallback})` : '';
    return `  ${spelled([option, definition]).padEnd(28)} ${description}${more}\n`;
  });
  const rest = [...required, ...(words === undefined ? [] : [words])].map((word) => ` ${word}`).join('');
  return `usage: npm run --silent ${name} --${rest}     ${does}\n${lines.join('')}`;
}

/** Options and words. The stack may also be the first word. */
function read({ options, words }, args) {
  const own = Object.entries({ ...options, help: HELP }).map(([name, { type, short, default: fallback }]) => [
    name,
    {
      type,
      ...(short === undefined ? {} : { short }),
      ...(type === 'boolean' ? { default: false } : {}),
      ...(fallback === undefined ? {} : { default: fallback }),
    },
  ]);
  let parsed;
  try {
    parsed = parseArgs({ args, options: Object.fromEntries(own), allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const values = { ...parsed.values };
  const given = [...parsed.positionals];
  if (values.help) return { values, words: given };
  if (options.stack !== undefined && values.stack === undefined && given.length > 0) values.stack = given.shift();
  for (const [name, { required, value }] of Object.entries(options))
    if (required && values[name] === undefined) throw new UsageError(`--${name} ${value} is wanted`);
  if (words === undefined && given.length > 0) throw new UsageError(`${given.join(' ')} is not understood`);
  return { values, words: given };
}

/**
 * Runs a command, and sets the exit code.
 *
 * @param load - gives the command; it is called once there is something to be caught.
 */
async function runCommand(name, does, load, args) {
  let usage;
  try {
    const command = load();
    usage = usageOf(name, does, command);
    const { values, words } = read(command, args);
    if (values.help) process.stdout.write(usage);
    else process.exitCode = await command.run(values, words);
  } catch (error) {
    process.stderr.write(`${error.message}\n${error.name === 'UsageError' && usage !== undefined ? usage : ''}`);
    process.exitCode = FAILED;
  }
}

module.exports = { FAILED, UsageError, runCommand };
