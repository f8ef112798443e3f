/** One log call to one line of JSON. */
import { types } from 'node:util';
import { CLAIMABLE_JOBS, FIELDS, type Job, type Level } from '../log-model';
import { contextFields } from './context';
import { isError, read } from './objects';
import { type Sanitizer } from './sanitize';
import { type Limits, Serializer } from './serialize';

/** What was logged. */
export interface Entry {
  readonly level: Level;
  readonly message: unknown;
  /** Of the logger, outermost first. */
  readonly bindings: readonly object[];
  /** What came with the message. */
  readonly details: readonly unknown[];
}

/** What all records of a logger have in common. */
export interface RecordSettings {
  readonly service: string;
  readonly job: Job | undefined;
  readonly limits: Limits;
  readonly sanitizer: Sanitizer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A finished record. */
export interface LogRecord {
  /** JSON without a line break. */
  readonly line: string;
  /** Undefined: its pod's. */
  readonly job: Job | undefined;
}

/** Fields that a record has once. Metadata of the same name are told as `meta_…`. */
const RESERVED = new Set<string>([
  FIELDS.message,
  FIELDS.level,
  FIELDS.timestamp,
  FIELDS.service,
  FIELDS.job,
  FIELDS.truncated,
]);
const RESERVED_PREFIX = 'meta_';
/** What came with the message and has no name of its own. */
const DETAILS = 'details';
/** Left for what closes a record. */
const MARGIN = 64;

/** Makes records. */
export function recordFormat(settings: RecordSettings): (entry: Entry) => LogRecord {
  const { limits } = settings;
  const start = beginning(settings);
  return (entry) => {
    const parts = partsOf(entry);
    const head = start(entry.level);
    const record = write(settings, head, parts, limits.maxLineBytes);
    // A character is three bytes at most.
    if (record.line.length * 3 <= limits.maxLineBytes || Buffer.byteLength(record.line) <= limits.maxLineBytes)
      return record;
    return write(settings, head, parts, Math.floor(limits.maxLineBytes / 3));
  };
}

/** The first fields of a record, up to its message. */
function beginning({ service, now }: RecordSettings): (level: Level) => string {
  const name = JSON.stringify(service.toWellFormed());
  let last = Number.NaN;
  let timestamp = '';
  return (level) => {
    const time = now();
    if (time !== last) {
      last = time;
      timestamp = new Date(time).toISOString();
    }
    return `{"${FIELDS.timestamp}":"${timestamp}","${FIELDS.level}":"${level}","${FIELDS.service}":${name},"${FIELDS.message}":`;
  };
}

interface Parts {
  readonly message: readonly unknown[];
  /** Whose message that is. */
  readonly messageOf: object | undefined;
  readonly error: object | undefined;
  /** Whose entries are fields; the last has the last word. */
  readonly fields: readonly object[];
  readonly details: readonly unknown[];
}

/** `info('text', { field: 1 })`, `error(error)`, `error('text', error)`, `info({ message: 'text', field: 1 })`. */
function partsOf(entry: Entry): Parts {
  const message: unknown[] = [];
  const details: unknown[] = [];
  const fields: object[] = [...entry.bindings];
  const errors: object[] = [];
  const sort = (value: unknown): void => {
    if (typeof value === 'function') return; // Winston's callback
    if (typeof value !== 'object' || value === null) message.push(value);
    else if (isErrorSafely(value)) errors.push(value);
    else if (hasNames(value)) fields.push(value);
    else details.push(value);
  };
  if (entry.message !== undefined) sort(entry.message);
  const asObject = message.length === 0 ? (errors[0] ?? fields[entry.bindings.length]) : undefined;
  const ownMessage = asObject === undefined ? undefined : read(asObject, FIELDS.message);
  if (ownMessage !== undefined) message.push(ownMessage);
  for (const detail of entry.details) if (detail !== undefined) sort(detail);
  const [first, ...others] = errors;
  const error =
    first ??
    fields.map((object) => read(object, FIELDS.error)).findLast((value) => isObject(value) && isErrorSafely(value));
  return {
    message,
    messageOf: asObject,
    error: isObject(error) ? error : undefined,
    fields,
    details: [...details, ...others],
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isErrorSafely(value: object): boolean {
  try {
    return isError(value);
  } catch {
    return false;
  }
}

/** Whether an object's entries are fields of the record, rather than the object is something to be told as a whole. */
function hasNames(object: object): boolean {
  try {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype === Object.prototype || prototype === null) return true;
    return !(Array.isArray(object) || ArrayBuffer.isView(object) || isToldAsWhole(object));
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

function write(settings: RecordSettings, head: string, parts: Parts, room: number): LogRecord {
  const { sanitizer, limits } = settings;
  const { message, messageOf, error, fields, details } = parts;
  const serializer = new Serializer(sanitizer, limits, room - head.length - MARGIN);
  let line = head + serializer.message(message);
  let job: Job | undefined;
  const told = new Set<string>();
  const hand = (name: string, json: string): void => {
    told.add(name);
    line += `,${serializer.key(RESERVED.has(name) ? RESERVED_PREFIX + name : name)}${json}`;
  };
  if (error !== undefined) serializer.error(error, '', hand);
  for (let index = fields.length - 1; index >= 0; index -= 1) {
    const object = fields[index];
    if (object === undefined) continue;
    const claimed = claimedJob(read(object, FIELDS.job));
    job ??= claimed;
    for (const name of serializer.names(object)) {
      if (told.has(name) || (name === FIELDS.job && claimed !== undefined)) continue;
      if (name === FIELDS.message && object === messageOf) continue;
      if (!serializer.entry(object, name, '', hand)) break;
    }
  }
  contextFields((name, value) => {
    if (!told.has(name) && serializer.enter(name)) hand(name, serializer.text(value));
  });
  if (details.length > 0 && !told.has(DETAILS) && serializer.enter(DETAILS))
    hand(DETAILS, serializer.value(details, `${DETAILS}.`));
  job ??= settings.job;
  if (job !== undefined) line += `,"${FIELDS.job}":"${job}"`;
  if (serializer.truncated) line += `,"${FIELDS.truncated}":true`;
  return { line: `${line}}`, job };
}

/** A record may say that it is of another job than its pod's; not every one. */
export function claimedJob(job: unknown): Job | undefined {
  return CLAIMABLE_JOBS.find((claimable) => claimable === job);
}
