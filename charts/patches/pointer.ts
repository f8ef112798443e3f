/** JSON pointers (RFC 6901) into rendered objects. */

/** `/a/b~1c` → `['a', 'b/c']`. */
export function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `['a', 'b/c']` → `/a/b~1c`. */
export function pointerOf(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value there; undefined where there is none. */
export function valueOf(root: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    // A list has its length as a key as well.
    return Array.isArray(value) && !/^\d+$/.test(key) ? undefined : Reflect.get(value, key);
  }, root);
}
