/** Security events. */
import { FIELDS, type Level, type Result, type SecurityAction } from '../log-model';
import { read } from './objects';

const SUCCESS: Result = 'SUCCESS';

/** Something that matters to the security of the application; goes to its own job. */
export interface SecurityEvent {
  /** Who: an id, never a name or an address. */
  readonly userId?: string | undefined;
  /** What was done, one of {@link SecurityActions}. */
  readonly action: SecurityAction;
  readonly result: Result;
  /** From where. */
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  /** @default - the current request's */
  readonly requestId?: string | undefined;
  /** Further fields. */
  readonly [field: string]: unknown;
}

/** The level of an event: a success is info, all else a warning. */
export function levelOf(event: SecurityEvent): Level {
  return read(event, FIELDS.result) === SUCCESS ? 'info' : 'warn';
}

/** An event as a person would tell it. */
export function messageOf(event: SecurityEvent): string {
  return [FIELDS.action, FIELDS.result]
    .map((field) => read(event, field))
    .filter((value) => typeof value === 'string')
    .join(' ');
}
