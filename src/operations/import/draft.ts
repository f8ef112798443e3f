/** The stack file that is being written: keys with values, as people write them. */
import { isMapping } from '../../config/mapping';
import { ConfigError, type Problem } from '../../config/problem';
import { parseStackConfig } from '../../config/parse';
import type { StackConfig } from '../../config';

type Tree = Record<string, unknown>;

export class Draft {
  private readonly root: Tree;

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
    const problem = this.problems().find(({ path, rule }) => isAbout(path, key) && !known.includes(`${path} ${rule}`));
    if (problem === undefined) return undefined;
    for (const name of Object.keys(this.root)) Reflect.deleteProperty(this.root, name);
    Object.assign(this.root, before);
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
    try {
      this.config();
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  }

  /** @throws ConfigError with all problems. */
  config(): StackConfig {
    return parseStackConfig('the imported stack file', this.root);
  }

  /** The same stack with the fewest keys: without those that change nothing. Of a draft with problems, all keys stay. */
  smallest(): Draft {
    if (this.problems().length > 0) return this;
    const whole = JSON.stringify(this.config());
    let smallest = new Draft(this.root);
    for (const key of leavesOf(this.root)) {
      const less = smallest.without(key);
      if (less.problems().length === 0 && JSON.stringify(less.config()) === whole) smallest = less;
    }
    return smallest;
  }

  private without(key: readonly string[]): Draft {
    const copy = structuredClone(this.root);
    remove(copy, key);
    return new Draft(copy);
  }
}

/** Whether a problem is of what stands at the key, or around it. */
function isAbout(path: string, key: string): boolean {
  return (
    path === key ||
    /^[.[]/.test(path.startsWith(key) ? path.slice(key.length) : key.startsWith(path) ? key.slice(path.length) : '')
  );
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
