/** What kind of object a value is, and reading it without an exception. */
import { types } from 'node:util';

/** A property, or undefined where reading it throws. */
export function read(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name);
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
