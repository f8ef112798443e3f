/** Secrets whose name is not their field's: it stands in a field beside them, or they are an argument of a command. */
import { isCommand, NAMED_VALUES, NAMING_FIELDS, REDACTED, secretArguments } from '../log-model';
import { END } from './cut-text';
import { read } from './objects';

/** Names of fields that may hold such a secret. */
export const MAY_BE_NAMED: ReadonlySet<string> = new Set([...NAMED_VALUES, 'args', 'auth']);

/** Of a path: `user.password`, `/user/password`, `users[0].password`. */
const LAST_WORD = /[\w-]+(?=["'\]]{0,2}$)/;

/** What the fields beside a value call it. */
export function nameBeside(object: object): readonly string[] {
  return NAMING_FIELDS.flatMap((field) => {
    const name = read(object, field);
    const last = isList(name) ? read(name, String(name.length - 1)) : name;
    return typeof last === 'string' ? [...(LAST_WORD.exec(last.slice(-END)) ?? [])] : [];
  });
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
