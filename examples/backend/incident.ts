/** An incident on purpose: a pod beside the example asks it for what nobody wants to see, until it is stopped. */
import { visit, type Visit } from './traffic';

interface Fault {
  readonly visit: Visit;
  /** Milliseconds between two of it. */
  readonly every: number;
}

/** `HighErrorRate` wants a mean of more than ten errors a second over five minutes. */
export const FAULTS = {
  'failed logins': { visit: { path: '/login', body: { userId: 'user-7', password: 'guess' } }, every: 2_000 },
  'slow queries': { visit: { path: '/slow' }, every: 3_000 },
  'a burst of errors': { visit: { path: '/error' }, every: 80 },
  'a dead database': { visit: { path: '/fail' }, every: 1_000 },
} as const satisfies Readonly<Record<string, Fault>>;

/** An address for documentation: nobody's. */
const ADDRESS = '203.0.113.66';

/** Begins all of them. */
function startIncident(origin: string): void {
  for (const { visit: what, every } of Object.values(FAULTS))
    // What becomes of a request is the business of the example, which logs it.
    setInterval(() => void visit(origin, what, ADDRESS).catch(() => undefined), every);
}

const { BACKEND } = process.env;
if (BACKEND !== undefined) startIncident(BACKEND);
