/** Secrets that are not named by their own field: another field has the name, or they are an argument of a command. */
import { isCommand, NAMED_VALUES, NAMING_FIELDS, REDACTED, secretArguments } from '../log-model';
import { END } from './cut-text';
import { read } from './objects';

/** Names of fields that may hold such a secret. */
export const MAY_BE_NAMED: ReadonlySet<string> = new Set([...NAMED_VALUES, 'args', 'auth']);

/** Of a path: `user.password`, `/user/password`, `users[0].password`, and of an element of what it is: `tokens[0]`. */
const LAST_WORD = /[\w-]+(?=["'\]]{0,2}(?:[[./][0-9]{1,6}\]?){0,4}$)/;
/** Lists in lists that a path goes through at its end. */
const MAX_INDEXES = 4;

/** What the fields beside a value call it. */
export function nameBeside(object: object): readonly string[] {
  return NAMING_FIELDS.flatMap((field) => {
    const name = read(object, field);
    const last = isList(name) ? lastName(name) : name;
    return typeof last === 'string' ? [...(LAST_WORD.exec(last.slice(-END)) ?? [])] : [];
  });
}

/** A path may end with indexes. */
function lastName(path: readonly unknown[]): unknown {
  for (let index = path.length - 1; index >= 0 && path.length - index <= MAX_INDEXES + 1; index -= 1) {
    const part = read(path, String(index));
    if (!isIndex(part)) return part;
  }
  return undefined;
}

/** Whether an element of a list may be what the name before it is the name of. */
export function mayFollowName(value: unknown): boolean {
  return value !== null && typeof value !== 'boolean' && !isIndex(value);
}

/** Whether it is rather the place in a list than a secret. */
function isIndex(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1000;
}

/** A command of Redis and its arguments, as ioredis has them in its errors. */
export function commandOf(
  object: object,
  field: string,
  args: unknown,
): { readonly name: string; readonly args: readonly unknown[] } | undefined {
  const name = field === 'args' ? read(object, 'name') : undefined;
  return typeof name === 'string' && isList(args) ? { name, args } : undefined;
}

const NONE: ReadonlySet<number> = new Set();

/** Secret elements of a list that is a command and its arguments. */
export function secretElements(list: readonly unknown[]): ReadonlySet<number> {
  const first = list.length > 1 ? read(list, '0') : undefined;
  if (!isCommand(first)) return NONE;
  return new Set([...secretArguments(first, list.slice(1))].map((index) => index + 1));
}

/** A user and a password in one, as Node takes them for a request. */
export function withoutPassword(text: string): string {
  return text.replace(/^([^:\s]{0,64}:).+$/s, `$1${REDACTED}`);
}

/** Whether a value is a list, also where asking throws. */
function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
