/** `npm run <command> -- …`: runs a command of the table in commands.js. Exit codes: docs/commands.md. */
'use strict';
const commands = require('./commands');
const { FAILED, runCommand } = require('./arguments');

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

const list = Object.entries(commands).map(([each, { does }]) => `  ${each.padEnd(17)} ${does}\n`);
const usage = `usage: npm run --silent <command> -- …     --help says more of each\n\n${list.join('')}`;

/** What the modules of commands export: options, words, run. */
function load({ compiles, module }) {
  if (compiles !== undefined) require('./ensure-built').ensureBuilt(compiles);
  const loaded = require(module);
  return loaded.default ?? loaded;
}

if (command !== undefined) runCommand(name, command.does, () => load(command), args);
else if (name === '--help' || name === '-h') process.stdout.write(usage);
else {
  process.stderr.write(usage);
  process.exitCode = FAILED;
}
