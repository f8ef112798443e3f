/** The context of the request that is being handled. Every line that is logged meanwhile carries it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { FIELDS } from '../log-model';
import { copyOf } from './objects';

/** Fields of every record that is made in a context. */
export interface LogContext {
  /** Correlates the lines of one request. */
  requestId?: string;
  /** Who makes the request. */
  userId?: string;
  /** The trace that the request is a part of. */
  traceId?: string;
  spanId?: string;
}

const storage = new AsyncLocalStorage<LogContext>();
/** Fields that the context gives a record. */
export const CONTEXT_FIELDS = [FIELDS.requestId, FIELDS.userId, FIELDS.traceId, FIELDS.spanId] as const;

/** Runs a function in a context: every record of it, also after an await or in a timer, has the context's fields. */
export function runWithContext<Result>(context: Readonly<LogContext>, run: () => Result): Result {
  return storage.run({ ...storage.getStore(), ...copyOf(context) }, run);
}

/** Adds to the current context, as soon as more is known: who the user is. Without a context, nothing happens. */
export function setContext(context: Readonly<LogContext>): void {
  const current = storage.getStore();
  if (current !== undefined) Object.assign(current, copyOf(context));
}

/** The current context; undefined outside of any. */
export function currentContext(): Readonly<LogContext> | undefined {
  return storage.getStore();
}
