/** One log call to one line of JSON. */
import { CLAIMABLE_JOBS, FIELDS, type Job, type Level } from '../log-model';
import { CONTEXT_FIELDS } from './context';
import { isErrorSafely, isFields, isObject, read } from './objects';
import { countFillings, fillIn } from './placeholders';
import { type Sanitizer } from './sanitize';
import { type Limits, RESERVED_PREFIX, Serializer } from './serialize';

/** What was logged. */
export interface Entry {
  readonly level: Level;
  readonly message: unknown;
  /** Of the logger, outermost first. */
  readonly bindings: readonly object[];
  /** What came with the message. */
  readonly details: readonly unknown[];
  /** Whether details fill the message's placeholders. @default false */
  readonly fillIn?: boolean;
  /** Of the request that is being handled. @default - none */
  readonly context?: object | undefined;
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
  /** Fill the placeholders of the message's first text. */
  readonly fillings: readonly unknown[];
  /** Whose field the message is, and which one. */
  readonly messageOf: object | undefined;
  readonly messageName: string;
  readonly error: object | undefined;
  /** Whose entries are fields; the last has the last word. */
  readonly fields: readonly object[];
  readonly details: readonly unknown[];
  readonly context: object | undefined;
}

/** pino's names for the message and for the error of a record. */
const MSG = 'msg';
const ERR = 'err';

/** `info('text', { field: 1 })`, `error(error)`, `error('text', error)`, `info({ message: 'text', field: 1 })`. */
function partsOf({ message: first, bindings, details: given, fillIn: fills = false, context }: Entry): Parts {
  const message: unknown[] = [];
  const details: unknown[] = [];
  const fields: object[] = [...bindings];
  const errors: object[] = [];
  const sort = (value: unknown): void => {
    if (typeof value === 'function') return; // Winston's callback
    if (typeof value !== 'object' || value === null) message.push(value);
    else if (isErrorSafely(value)) errors.push(value);
    else if (isFields(value)) fields.push(value);
    else details.push(value);
  };
  if (first !== undefined) sort(first);
  const fillings =
    fills && given.length > 0 && typeof first === 'string' && first.includes('%')
      ? given.slice(0, countFillings(first, given))
      : [];
  for (const filling of fillings) if (isObject(filling) && isErrorSafely(filling)) errors.push(filling);
  const asObject = message.length === 0 ? (errors[0] ?? fields[bindings.length]) : undefined;
  const own = asObject === undefined ? undefined : ownMessage(asObject);
  if (own !== undefined) message.push(own.text);
  for (let index = fillings.length; index < given.length; index += 1)
    if (given[index] !== undefined) sort(given[index]);
  const [error = errorIn(fields, FIELDS.error) ?? errorIn(fields, ERR), ...others] = errors;
  if (others.length > 0) details.push(...others);
  return {
    message,
    fillings,
    messageOf: own === undefined ? undefined : asObject,
    messageName: own?.name ?? '',
    error,
    fields,
    details,
    context,
  };
}

/** The message that an object brings along, and under which name: its own, or that of the error in it. */
function ownMessage(object: object): { readonly name: string; readonly text: unknown } | undefined {
  const message = read(object, FIELDS.message);
  if (message !== undefined) return { name: FIELDS.message, text: message };
  const msg = read(object, MSG);
  if (typeof msg === 'string') return { name: MSG, text: msg };
  const error = errorIn([object], FIELDS.error) ?? errorIn([object], ERR);
  const text = error === undefined ? undefined : read(error, FIELDS.message);
  return text === undefined ? undefined : { name: '', text };
}

/** The error under a name; the last object has the last word. */
function errorIn(objects: readonly object[], name: string): object | undefined {
  for (let index = objects.length - 1; index >= 0; index -= 1) {
    const object = objects[index];
    const value = object === undefined ? undefined : read(object, name);
    if (typeof value === 'object' && value !== null && isErrorSafely(value)) return value;
  }
  return undefined;
}

function write(settings: RecordSettings, head: string, parts: Parts, room: number): LogRecord {
  const { sanitizer, limits } = settings;
  const { message, fillings, messageOf, messageName, error, fields, details, context } = parts;
  const serializer = new Serializer(sanitizer, limits, room - head.length - MARGIN);
  const [first, ...rest] = message;
  let line =
    head +
    serializer.message(
      typeof first === 'string' && fillings.length > 0 ? [fillIn(first, fillings, serializer), ...rest] : message,
    );
  let job: Job | undefined;
  const told = new Set<string>();
  /** Names that were made here, for no two fields may have the same. */
  const made = new Set<string>();
  const hand = (name: string, json: string): void => {
    let key = name;
    while (RESERVED.has(key) || told.has(key) || made.has(key)) key = RESERVED_PREFIX + key;
    told.add(name);
    if (key !== name) made.add(key);
    line += `,${serializer.key(key)}${json}`;
  };
  if (error !== undefined) serializer.error(error, '', hand);
  for (let index = fields.length - 1; index >= 0; index -= 1) {
    const object = fields[index];
    if (object === undefined) continue;
    const claimed = claimedJob(read(object, FIELDS.job));
    job ??= claimed;
    for (const name of serializer.names(object)) {
      if (told.has(name) || (name === FIELDS.job && claimed !== undefined)) continue;
      if (name === messageName && object === messageOf) continue;
      if (name === ERR && error !== undefined && read(object, name) === error) continue;
      if (!serializer.entry(object, name, '', hand)) break;
    }
  }
  if (context !== undefined)
    for (const name of CONTEXT_FIELDS) if (!told.has(name)) serializer.entry(context, name, '', hand);
  if (details.length > 0 && serializer.enter(DETAILS)) hand(DETAILS, serializer.value(details, `${DETAILS}.`));
  job ??= settings.job;
  if (job !== undefined) line += `,"${FIELDS.job}":"${job}"`;
  if (serializer.truncated) line += `,"${FIELDS.truncated}":true`;
  return { line: `${line}}`, job };
}

/** A record may say that it is of another job than its pod's; not every one. */
export function claimedJob(job: unknown): Job | undefined {
  return CLAIMABLE_JOBS.find((claimable) => claimable === job);
}
