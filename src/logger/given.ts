/** Options as a caller gave them. Each is checked. Problems are collected, not thrown. */
import { copyOf, elementsOf, isObject, read, UNREADABLE } from './objects';

/** Longest part of a wrong value that is told. */
const MAX_TOLD = 64;

/** A rule for a value. */
export interface Rule {
  /** As part of a sentence: `must be a number from 0 to 1`. */
  readonly must: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The names of all options. */
export type Known<Options> = Readonly<Record<keyof Options & string, true>>;

/** Reads options. A wrong one counts as not given, and is a problem. */
export class Given<Options extends object> {
  readonly problems: string[];
  readonly #options: Partial<Options>;
  readonly #path: string;

  /**
   * @param options typed, but callers that are not compiled give anything
   * @param known a name for each option; the compiler misses those that are not there
   */
  constructor(options: Options | undefined, known: Known<Options>, path = '', problems: string[] = []) {
    const given: unknown = options;
    this.#path = path;
    this.problems = problems;
    this.#options = isObject(given) && options !== undefined ? options : {};
    if (given !== undefined && !isObject(given)) this.#refuse(path || 'options', given, 'must be an object');
    for (const name of Object.keys(copyOf(this.#options)))
      if (!Object.hasOwn(known, name))
        this.#refuse(
          `${path}${name}`,
          read(this.#options, name),
          `is no option; there are ${Object.keys(known).join(', ')}`,
        );
  }

  /** The value of an option; undefined: it was not given, or is wrong. */
  get<Name extends keyof Options & string>(name: Name, { must, accepts }: Rule): Options[Name] | undefined {
    try {
      const value = this.#options[name];
      if (value === undefined || accepts(value)) return value;
      this.#refuse(`${this.#path}${name}`, value, must);
    } catch {
      this.#refuse(`${this.#path}${name}`, UNREADABLE, must);
    }
    return undefined;
  }

  /** The elements of a list that are not wrong. */
  list<Element>(name: string, list: readonly Element[] | undefined, { must, accepts }: Rule): readonly Element[] {
    return (list ?? []).filter((element, index) => {
      const accepted = accepts(element);
      if (!accepted) this.#refuse(`${this.#path}${name}.${index}`, element, must);
      return accepted;
    });
  }

  /** Options inside of an option. */
  in<Inner extends object>(name: string, inner: Inner | undefined, known: Known<Inner>): Given<Inner> {
    return new Given(inner, known, `${this.#path}${name}.`, this.problems);
  }

  #refuse(path: string, value: unknown, rule: string): void {
    this.problems.push(refusal(path, value, rule, 'it is as if it was not given'));
  }
}

/** The words of a problem: where, what, by which rule, and the remedy. */
export function refusal(path: string, value: unknown, rule: string, consequence: string): string {
  return `${path}: ${told(value)} ${rule}; ${consequence}`;
}

/** A number without a fraction. */
export function integer(from: number): Rule {
  return {
    must: `must be a whole number from ${from} on`,
    accepts: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= from,
  };
}

/** One of some words. */
export function oneOf(words: readonly unknown[]): Rule {
  return { must: `must be one of ${words.map(String).join(', ')}`, accepts: (value) => words.includes(value) };
}

export const TEXT: Rule = {
  must: 'must be a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};
export const LIST: Rule = { must: 'must be a list', accepts: Array.isArray };
export const FLAG = oneOf([true, false]);
export const FUNCTION: Rule = { must: 'must be a function', accepts: (value) => typeof value === 'function' };
export const OBJECT: Rule = { must: 'must be an object', accepts: isObject };

function told(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_TOLD));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value);
  return elementsOf(value) === undefined ? `a value of type ${typeof value}` : 'a list';
}
