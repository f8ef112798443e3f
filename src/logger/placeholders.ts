/** Texts with placeholders, filled in as `util.format` and Winston's `splat` do it. */
import { format } from 'node:util';
import { REDACTED } from '../log-model';
import { errorName, isErrorSafely, isFields, isFunction, isObject, read, UNREADABLE } from './objects';
import { type Serializer } from './serialize';

const PLACEHOLDER = /%[%cdfijoOs]/g;
/** An object can only become NaN there, or nothing. */
const NOT_OF_OBJECTS = /[cdfi]$/;
const asFields = Symbol('fields');

/** Marks fields that never fill placeholders, because the text they come with is somebody else's: a path, a browser's message. */
export function neverFillIn<Fields extends object>(fields: Fields): Fields {
  return { ...fields, [asFields]: true };
}

/** How many arguments fill the text's placeholders. The others are logged beside it. */
export function countFillings(text: string, args: readonly unknown[]): number {
  let count = 0;
  for (const [placeholder] of text.matchAll(PLACEHOLDER)) {
    if (count === args.length) break;
    if (placeholder === '%%') continue;
    const arg = args[count];
    // A '%d' or '%c' in front of fields is part of a percentage or an encoded URL.
    if (isFields(arg) && (read(arg, asFields) === true || NOT_OF_OBJECTS.test(placeholder))) break;
    count += 1;
  }
  return count;
}

/** The text with its arguments. Objects are without their secrets already; the text as a whole is not. */
export function fillIn(text: string, args: readonly unknown[], serializer: Serializer): string {
  let filled = '';
  let done = 0;
  let next = 0;
  for (const { 0: placeholder, index } of text.matchAll(PLACEHOLDER)) {
    if (placeholder !== '%%' && next === args.length) continue;
    filled += text.slice(done, index);
    done = index + placeholder.length;
    if (placeholder === '%%') {
      filled += '%';
      continue;
    }
    const arg = args[next];
    next += 1;
    const isSecret =
      arg !== null && arg !== undefined && typeof arg !== 'boolean' && serializer.endsInSecretName(filled);
    filled += isSecret ? REDACTED : textOf(placeholder, arg, serializer);
  }
  return filled + text.slice(done);
}

function textOf(placeholder: string, arg: unknown, serializer: Serializer): string {
  try {
    if (placeholder === '%c') return ''; // CSS, of consoles
    if (typeof arg === 'bigint' && placeholder === '%j') return serializer.value(arg, '');
    if (!isObject(arg) || NOT_OF_OBJECTS.test(placeholder)) return format(placeholder, arg);
    if (placeholder === '%s') {
      if (isErrorSafely(arg)) return `${String(errorName(arg))}: ${String(read(arg, 'message'))}`; // its stack is a field
      const toText = ownToString(arg);
      if (toText !== undefined) return format('%s', Reflect.apply(toText, arg, []));
    }
    const json = serializer.value(arg, '');
    return placeholder === '%j' ? json : format(placeholder, JSON.parse(json));
  } catch {
    return UNREADABLE;
  }
}

/** How an object's class tells it as a text; undefined: as JavaScript tells any object. */
function ownToString(object: object): (() => unknown) | undefined {
  const toText = read(object, 'toString');
  if (typeof object === 'function' || !isFunction(toText)) return undefined;
  return /\[native code\]\s*\}$/.test(Function.prototype.toString.call(toText)) ? undefined : toText;
}
