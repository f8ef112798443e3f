/** The stack file that is being written: keys with values, as people write them. */
import { isMapping } from '../../config/mapping';
import { ConfigError, type Problem } from '../../config/problem';
import { overlaps, parseStackConfig } from '../../config/parse';
import type { StackConfig } from '../../config';

type Tree = Record<string, unknown>;

export class Draft {
  private root: Tree;

  constructor(root: Tree = {}) {
    this.root = structuredClone(root);
  }

  /** @param key - `retention.period` */
  set(key: string, value: unknown): void {
    const parts = key.split('.');
    let at = this.root;
    for (const part of parts.slice(0, -1)) {
      const next = at[part];
      const inner: Tree = isMapping(next) ? next : {};
      at[part] = inner;
      at = inner;
    }
    at[parts.at(-1) ?? ''] = value;
  }

  /** Sets a key, unless it would then be refused; gives the rule that refuses it. */
  try(key: string, value: unknown): string | undefined {
    const before = structuredClone(this.root);
    const known = this.problems().map(({ path, rule }) => `${path} ${rule}`);
    this.set(key, value);
    const problem = this.problems().find(({ path, rule }) => overlaps(path, key) && !known.includes(`${path} ${rule}`));
    if (problem === undefined) return undefined;
    this.root = before;
    return problem.rule;
  }

  get(key: string): unknown {
    return key.split('.').reduce<unknown>((at, part) => (isMapping(at) ? at[part] : undefined), this.root);
  }

  /** What is written. */
  get content(): Readonly<Record<string, unknown>> {
    return structuredClone(this.root);
  }

  /** The problems of what is written, none if it is a whole stack config. */
  problems(): readonly Problem[] {
    const read = this.read();
    return read instanceof ConfigError ? read.problems : [];
  }

  /** @throws ConfigError with all problems. */
  config(): StackConfig {
    const read = this.read();
    if (read instanceof ConfigError) throw read;
    return read;
  }

  /** The same stack with the fewest keys: without those that change nothing. Of a draft with problems, all keys stay. */
  smallest(): Draft {
    const whole = this.read();
    if (whole instanceof ConfigError) return this;
    const text = JSON.stringify(whole);
    let smallest = new Draft(this.root);
    for (const key of leavesOf(this.root)) {
      const less = smallest.without(key);
      const read = less.read();
      if (!(read instanceof ConfigError) && JSON.stringify(read) === text) smallest = less;
    }
    return smallest;
  }

  private read(): StackConfig | ConfigError {
    try {
      return parseStackConfig('the imported stack file', this.root);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
  }

  private without(key: readonly string[]): Draft {
    const copy = structuredClone(this.root);
    remove(copy, key);
    return new Draft(copy);
  }
}

/** Removes a key, and the mappings that are empty without it. */
function remove(root: Tree, [first = '', ...rest]: readonly string[]): void {
  const inner = root[first];
  if (rest.length === 0 || !isMapping(inner)) {
    Reflect.deleteProperty(root, first);
    return;
  }
  const copy: Tree = { ...inner };
  remove(copy, rest);
  if (Object.keys(copy).length === 0) Reflect.deleteProperty(root, first);
  else root[first] = copy;
}

/** Keys of values that are no mappings, those of the end first. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isMapping(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value)
    .reverse()
    .flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}
