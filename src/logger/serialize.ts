/** Turns any value into JSON of bounded size, without secrets. */
import { types } from 'node:util';
import { FIELDS, isHarmlessValue, REDACTED, secretArguments } from '../log-model';
import { END, withoutBrokenEnd } from './cut-text';
import { jsonIn } from './json-in-text';
import { errorName, isError, isObject, isParameters, read, take, UNREADABLE as UNREADABLE_TEXT } from './objects';
import { commandOf, MAY_BE_NAMED, mayFollowName, nameBeside, secretElements, withoutPassword } from './neighbours';
import { type FieldName, type Sanitizer } from './sanitize';

/** How much of a value is written. */
export interface Limits {
  /** Bytes of a line. */
  readonly maxLineBytes: number;
  /** Characters of a text. */
  readonly maxStringLength: number;
  /** Objects inside of objects. */
  readonly maxDepth: number;
  /** Entries of an object or a list. */
  readonly maxEntries: number;
}

/** Takes over a field: its name, its value as JSON. */
type Hand = (name: string, json: string) => void;

/** Before the name of what would take the place of a record's or an error's own field. */
export const RESERVED_PREFIX = 'meta_';
const SECRET = JSON.stringify(REDACTED);
const UNREADABLE = JSON.stringify(UNREADABLE_TEXT);
/** The longest name. Longer ones are no names. */
const MAX_NAME_LENGTH = 256;
/** No number of an application is larger; it takes long to write one that is. */
const MAX_BIGINT = 2n ** 256n;
/** Of an error, told under names of their own. */
const ERROR_NAMES = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Writes the parts of one record, all of them together within its limits. */
export class Serializer {
  /** Whether something was left out. */
  truncated = false;
  readonly #sanitizer: Sanitizer;
  readonly #limits: Limits;
  /** Objects that the current one is inside of. */
  readonly #ancestors: object[] = [];
  /** Characters that may still be written. */
  #room: number;
  /** Names that were told without the secrets in them. */
  #altered = 0;

  constructor(sanitizer: Sanitizer, limits: Limits, room: number) {
    this.#sanitizer = sanitizer;
    this.#limits = limits;
    this.#room = room;
  }

  /** The value as JSON. */
  value(value: unknown, path: string): string {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return this.#spend(Number.isFinite(value) ? String(value) : `"${value}"`);
      case 'boolean':
        return this.#spend(value ? 'true' : 'false');
      case 'undefined':
        return this.#spend('null');
      case 'bigint':
        return this.#spend(value < MAX_BIGINT && value > -MAX_BIGINT ? `"${value}"` : '"[BigInt]"');
      case 'symbol':
        return this.text(String(value));
      default:
        break;
    }
    if (value === null) return this.#spend('null');
    try {
      if (typeof value === 'function') return this.text(`[Function ${value.name}]`);
      return typeof value === 'object' ? this.#object(value, path) : this.#spend('null');
    } catch {
      return this.#spend(UNREADABLE);
    }
  }

  /** The text as JSON. */
  text(text: string): string {
    return this.#quote(this.#clean(this.#cut(text)));
  }

  /** What comes first in a record: a text and what was logged along with it that has no name. */
  message(parts: readonly unknown[]): string {
    const [first = ''] = parts;
    if (typeof first === 'string' && parts.length <= 1) return this.text(first);
    let text = '';
    for (const part of parts) {
      const piece = this.endsInSecretName(text) ? REDACTED : this.#piece(part);
      text += text === '' ? piece : ` ${piece}`;
    }
    return this.text(text);
  }

  /** Whether a text ends in a name that says that what comes next is secret. */
  endsInSecretName(text: string): boolean {
    const name = text === '' ? undefined : /([\w-]{1,64})[\s:=]{0,8}$/.exec(text.slice(-END))?.[1];
    return name !== undefined && this.name(name).secret;
  }

  /** A field's name as JSON, with its colon. */
  name(name: string): FieldName {
    if (name.length <= MAX_NAME_LENGTH && !name.includes('{')) return this.#sanitizer.field(name);
    const clean = this.#clean(this.#cut(name));
    this.truncated ||= clean.length > MAX_NAME_LENGTH;
    return { ...this.#sanitizer.field(clean.slice(0, MAX_NAME_LENGTH)), altered: clean !== name };
  }

  /** A field's name as JSON, with its colon, that no other field has: different names may have become the same. */
  key(name: string): string {
    const { json, altered } = this.name(name);
    if (!altered) return json;
    this.#altered += 1;
    return `${json.slice(0, -2)} ${this.#altered}":`;
  }

  /** Whether there is room for another entry; takes some of it, for the entry's name and comma. */
  enter(name: string): boolean {
    this.#room -= name.length + 1;
    if (this.#room > 0) return true;
    this.truncated = true;
    return false;
  }

  /** The names of an object's entries; none where asking for them throws. */
  names(object: object): readonly string[] {
    try {
      const names = Object.keys(object);
      return names.length <= this.#limits.maxEntries ? names : names.slice(0, this.#bounded(names.length));
    } catch {
      this.truncated = true;
      return [];
    }
  }

  /** Hands over one entry of an object; false: there is no room for more. */
  entry(object: object, name: string, path: string, hand: Hand): boolean {
    let value: unknown;
    try {
      value = Reflect.get(object, name);
    } catch {
      if (!this.enter(name)) return false;
      hand(name, this.#spend(UNREADABLE));
      return true;
    }
    if (value === undefined) return true;
    if (!this.enter(name)) return false;
    hand(name, this.#field(object, name, value, path));
    return true;
  }

  /** Hands over what an error says: its message, class, stack and cause, and its own properties. */
  error(error: object, path: string, hand: Hand): void {
    const told = (name: string, value: unknown): void => {
      if (value !== undefined && this.enter(name)) hand(name, this.value(value, `${path}${name}.`));
    };
    this.#ancestors.push(error);
    try {
      told(FIELDS.error, read(error, 'message'));
      told(FIELDS.errorName, errorName(error));
      const stack = read(error, 'stack');
      if (typeof stack === 'string' && this.enter(FIELDS.stack)) hand(FIELDS.stack, this.#stack(stack));
      told(FIELDS.cause, read(error, 'cause'));
      told('errors', read(error, 'errors'));
      for (const name of Object.keys(error).slice(0, this.#limits.maxEntries)) {
        if (ERROR_NAMES.has(name)) continue;
        const key = name === FIELDS.error || name === FIELDS.errorName ? `${RESERVED_PREFIX}${name}` : name;
        if (!this.entry(error, name, path, (_name, json) => hand(key, json))) break;
      }
    } finally {
      this.#ancestors.pop();
    }
  }

  /** A value under a name, which may say that it is secret. */
  #field(object: object, name: string, value: unknown, path: string): string {
    if (value === null || typeof value === 'boolean') return this.value(value, path);
    const secret = this.name(name).secret && !isHarmlessValue(name, value);
    if (secret || this.#sanitizer.path?.(`${path}${name}`) === true) return this.#spend(SECRET);
    if (MAY_BE_NAMED.has(name)) {
      if (nameBeside(object).some((beside) => this.name(beside).secret)) return this.#spend(SECRET);
      const command = commandOf(object, name, value);
      if (command !== undefined) return this.#list(command.args, `${path}${name}.`, command.args.length, command.name);
      if (name === 'auth' && typeof value === 'string') return this.text(withoutPassword(value));
    }
    if (name === FIELDS.stack && typeof value === 'string') return this.#stack(value);
    return this.value(value, this.#sanitizer.path === undefined ? '' : `${path}${name}.`);
  }

  #object(object: object, path: string): string {
    if (this.#ancestors.includes(object)) return this.#spend('"[Circular]"');
    if (this.#ancestors.length >= this.#limits.maxDepth) {
      this.truncated = true;
      return this.#spend(Array.isArray(object) ? '"[Array]"' : '"[Object]"');
    }
    this.#ancestors.push(object);
    try {
      if (Array.isArray(object)) return this.#list(object, path);
      const prototype: unknown = Object.getPrototypeOf(object);
      if (prototype !== Object.prototype && prototype !== null) {
        const special = this.#special(object, path);
        if (special !== undefined) return special;
      }
      const toJson: unknown = Reflect.get(object, 'toJSON');
      if (typeof toJson === 'function') {
        const replaced: unknown = Reflect.apply(toJson, object, ['']);
        if (replaced !== object) return this.value(replaced, path);
      }
      const names = Object.keys(object);
      const count = this.#bounded(names.length);
      return this.#braces((hand) => {
        for (let index = 0; index < count; index += 1) {
          const name = names[index];
          if (name === undefined || !this.entry(object, name, path, hand)) break;
        }
      });
    } finally {
      this.#ancestors.pop();
    }
  }

  /** Objects that are told in another way than by their properties. */
  #special(object: object, path: string): string | undefined {
    if (types.isDate(object))
      return this.#spend(`"${Number.isNaN(object.getTime()) ? 'Invalid Date' : object.toISOString()}"`);
    if (isError(object)) {
      this.#ancestors.pop(); // error() puts it there itself
      try {
        return this.#braces((hand) => this.error(object, path, hand));
      } finally {
        this.#ancestors.push(object);
      }
    }
    if (types.isMap(object)) return this.#braces((hand) => this.#pairs(object, object.size, path, hand));
    if (types.isSet(object)) return this.#list([...take(object, this.#limits.maxEntries)], path, object.size);
    if (ArrayBuffer.isView(object) || types.isAnyArrayBuffer(object))
      return this.text(`[${object.constructor.name}, ${object.byteLength} bytes]`);
    if (types.isRegExp(object)) return this.text(String(object));
    if (types.isBoxedPrimitive(object)) return this.value(object.valueOf(), path);
    if (types.isPromise(object) || types.isWeakMap(object) || types.isWeakSet(object))
      return this.text(`[${object.constructor.name}]`);
    if (isParameters(object)) return this.#braces((hand) => this.#pairs(object, 0, path, hand));
    return undefined;
  }

  #braces(write: (hand: Hand) => void): string {
    let json = '{';
    const keys = new Set<string>();
    write((name, value) => {
      // Different entries may be called the same: a map's objects, a form's fields.
      let key = this.key(name);
      for (let count = 2; keys.has(key); count += 1) key = this.key(`${name} ${count}`);
      keys.add(key);
      json += json.length === 1 ? key + value : `,${key}${value}`;
    });
    return `${json}}`;
  }

  #pairs(pairs: Iterable<readonly [unknown, unknown]>, size: number, path: string, hand: Hand): void {
    this.#bounded(size);
    for (const [key, value] of take(pairs, this.#limits.maxEntries)) {
      const name = isObject(key) ? '[Object]' : String(key);
      if (!this.enter(name)) break;
      hand(name, this.#field({}, name, value, path));
    }
  }

  /** @param command - whose arguments they are. */
  #list(list: readonly unknown[], path: string, size = list.length, command?: string): string {
    const count = Math.min(this.#bounded(size), list.length);
    let json = '[';
    let secret = false;
    const args = command === undefined ? secretElements(list) : secretArguments(command, list);
    for (let index = 0; index < count; index += 1) {
      if (!this.enter('')) break;
      let value: unknown;
      let element: string;
      try {
        value = list[index];
        element =
          (secret && mayFollowName(value)) || args.has(index) || this.#sanitizer.path?.(`${path}${index}`) === true
            ? this.#spend(SECRET)
            : this.value(value, this.#sanitizer.path === undefined ? '' : `${path}${index}.`);
      } catch {
        element = this.#spend(UNREADABLE);
      }
      json += index === 0 ? element : `,${element}`;
      // Headers and command lines: a name and, as the next element, its value.
      secret = !secret && typeof value === 'string' && isName(value) && this.name(value).secret;
    }
    return `${json}]`;
  }

  /** Frames are the same for each error from one place, so they are remembered as they are told. */
  #stack(stack: string): string {
    const start = stack.indexOf('\n    at ');
    const length = stack.length - start;
    if (start < 0 || length > MAX_FRAMES_LENGTH || stack.length > this.#limits.maxStringLength) return this.text(stack);
    const head = stack.slice(0, start);
    if (this.#sanitizer.suspicious(head)) return this.text(stack);
    const frames = stack.slice(start);
    let json = knownFrames(this.#sanitizer).get(frames);
    if (json === undefined) {
      const known = knownFrames(this.#sanitizer);
      if (known.size >= MAX_FRAMES) known.clear();
      json = JSON.stringify(this.#clean(frames).toWellFormed()).slice(1);
      known.set(frames, json);
    }
    if (json.length + head.length * 6 > this.#room) return this.text(stack);
    return this.#spend(JSON.stringify(head.toWellFormed()).slice(0, -1) + json);
  }

  #cut(text: string): string {
    if (text.length <= this.#limits.maxStringLength) return text;
    this.truncated = true;
    return withoutBrokenEnd(text.slice(0, this.#limits.maxStringLength));
  }

  /** A part of a message. */
  #piece(part: unknown): string {
    if (typeof part === 'string') return this.#clean(this.#cut(part));
    if (typeof part === 'bigint') return this.value(part, '').slice(1, -1);
    return typeof part === 'object' && part !== null ? this.value(part, '') : String(part);
  }

  /** A text without its secrets. JSON in it is taken apart, for then names tell what is secret. */
  #clean(text: string): string {
    if (!this.#sanitizer.suspicious(text)) return text;
    return this.#sanitizer.text(this.#cleanJson(text));
  }

  #cleanJson(text: string): string {
    // Texts in texts in texts are plenty; more could be made to take long.
    if (this.#limits.maxDepth < 2) return text;
    let clean = '';
    let done = 0;
    for (const { start, end } of jsonIn(text)) {
      try {
        clean += text.slice(done, start) + this.#sanitizeJson(JSON.parse(text.slice(start, end)));
        done = end;
      } catch {
        // It only looks like JSON.
      }
    }
    return clean + text.slice(done);
  }

  #sanitizeJson(value: unknown): string {
    const maxDepth = Math.floor(this.#limits.maxDepth / 2);
    const inner = new Serializer(this.#sanitizer, { ...this.#limits, maxDepth }, this.#limits.maxStringLength);
    const json = inner.value(value, '');
    this.truncated ||= inner.truncated;
    return json;
  }

  #quote(text: string): string {
    const json = JSON.stringify(text.toWellFormed());
    if (json.length <= this.#room) return this.#spend(json);
    this.truncated = true;
    // A character becomes six at most.
    const rest = Math.max(0, Math.floor((this.#room - 2) / 6));
    return this.#spend(JSON.stringify(text.slice(0, rest).toWellFormed()));
  }

  /** How many of so many entries are told. */
  #bounded(count: number): number {
    if (count <= this.#limits.maxEntries) return count;
    this.truncated = true;
    return this.#limits.maxEntries;
  }

  #spend(json: string): string {
    this.#room -= json.length;
    return json;
  }
}

/** Frames that are remembered, and how long they may be: some two megabytes at most. */
const MAX_FRAMES = 256;
const MAX_FRAMES_LENGTH = 4096;
const frames = new WeakMap<Sanitizer, Map<string, string>>();

function knownFrames(sanitizer: Sanitizer): Map<string, string> {
  let known = frames.get(sanitizer);
  if (known === undefined) {
    known = new Map();
    frames.set(sanitizer, known);
  }
  return known;
}

/** Whether a text could be the name of a header or an option. */
function isName(text: string): boolean {
  return text.length <= 64 && /^[\w.-]+$/.test(text);
}
