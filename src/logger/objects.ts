/** What kind of object a value is, and reading it without an exception. */
import { types } from 'node:util';

/** A property; undefined where there is none, or reading it throws. */
export function read(value: unknown, name: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined;
  }
}

/** What a value is whose reading throws. */
export const UNREADABLE = '[Unreadable]';

/** An object's own entries, read once. Nothing is thrown: what cannot be read says so, and what is no object has none. */
export function copyOf<T extends object>(object: T): Partial<T> {
  const copy: Partial<T> = {};
  let names: readonly string[] = [];
  try {
    names = Object.keys(object);
  } catch {
    // Nobody can tell what is in it.
  }
  for (const name of names) {
    let value: unknown = UNREADABLE;
    try {
      value = Reflect.get(object, name);
    } catch {
      // It stays unreadable.
    }
    Object.defineProperty(copy, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

/** A list's elements; undefined: it is none, or cannot be read. */
export function elementsOf(value: unknown): readonly unknown[] | undefined {
  try {
    return Array.isArray(value) ? Array.from<unknown>(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The name of an error's class, also where the class did not set `name`. */
export function errorName(error: object): unknown {
  const name = read(error, 'name');
  if (name !== 'Error') return name;
  const constructor = read(error, 'constructor');
  return typeof constructor === 'function' ? constructor.name || name : name;
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

export function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}

/** Whether an object is an error; false where finding out throws. */
export function isErrorSafely(object: object): boolean {
  try {
    return isError(object);
  } catch {
    return false;
  }
}

/** Whether a value's entries are fields of the record, rather than the value is something to be told as a whole. */
export function isFields(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return true;
    return !(Array.isArray(value) || ArrayBuffer.isView(value) || isError(value) || isToldAsWhole(value));
  } catch {
    return false;
  }
}

function isToldAsWhole(object: object): boolean {
  return (
    types.isDate(object) ||
    types.isMap(object) ||
    types.isSet(object) ||
    types.isRegExp(object) ||
    types.isPromise(object) ||
    types.isAnyArrayBuffer(object) ||
    types.isBoxedPrimitive(object) ||
    typeof Reflect.get(object, 'toJSON') === 'function'
  );
}

/** Whether an object is an error, also one of another realm. */
export function isError(object: object): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is not in Node 22
  return types.isNativeError(object) || object instanceof Error;
}

/** A URL's parameters, a request's headers: what they hold are not their properties. */
export function isParameters(object: object): object is Iterable<readonly [string, string]> {
  const tag: unknown = Reflect.get(object, Symbol.toStringTag);
  return (tag === 'URLSearchParams' || tag === 'Headers' || tag === 'FormData') && Symbol.iterator in object;
}

/** The first of many. */
export function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left <= 0) return;
    left -= 1;
    yield item;
  }
}
