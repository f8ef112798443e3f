/** Secret arguments of Redis' commands, found by their place. */

/** Commands that may have a password among their arguments. */
const COMMANDS = new Set(['auth', 'hello', 'acl', 'migrate']);
/** Rule of a user: a password, or its hash, to add or to remove. */
const OF_USER = /^[><#!]/;

/** Whether a list may be a command with its arguments: its first word is one in capitals. */
export function isCommand(first: unknown): first is string {
  return typeof first === 'string' && first === first.toUpperCase() && COMMANDS.has(first.toLowerCase());
}

/** Indexes of the secret arguments. @param command - in any case; an unknown one has no secrets. */
export function secretArguments(command: string, args: readonly unknown[]): ReadonlySet<number> {
  const name = command.toLowerCase();
  if (!COMMANDS.has(name)) return new Set();
  if (name === 'auth') return new Set([args.length - 1]);
  return new Set(
    args.flatMap((argument, index) => {
      if (typeof argument !== 'string') return [];
      if (name === 'acl') return OF_USER.test(argument) ? [index] : [];
      const word = argument.toLowerCase();
      if (word === 'auth') return [index + (name === 'hello' ? 2 : 1)];
      return word === 'auth2' ? [index + 2] : [];
    }),
  );
}
