/** The saved queries, word for word those of the original description. */
import { exploreUrl, type TimeRange } from './explore';

export interface SavedQuery {
  readonly title: string;
  /** Its purpose. */
  readonly purpose: string;
  readonly expr: string;
}

const RANGE: TimeRange = { from: 'now-1h', to: 'now' };

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    title: 'Lines of a job',
    purpose: 'Everything that one service wrote.',
    expr: '{job="backend"}',
  },
  {
    title: 'Filter by level',
    purpose: 'One level of one service. Both are labels, so nothing else is read.',
    expr: '{job="backend", level="error"}',
  },
  {
    title: 'Search in message',
    purpose: 'Lines that contain a text, whatever their level.',
    expr: '{job="backend"} |= "error"',
  },
  {
    title: 'Login attempts',
    purpose: 'Who tried to log in, with success or without.',
    expr: '{job="security"} | json | action="LOGIN_ATTEMPT"',
  },
  {
    title: 'All errors in the last hour',
    purpose: 'Errors of the application and errors of its security events together.',
    expr: '{job=~"backend|security"} | json | level="error"',
  },
  {
    title: 'Failed login attempts',
    purpose: 'Wrong passwords, refused tokens: the first sign that someone tries names and passwords.',
    expr: '{job="security"} | json | action="LOGIN_ATTEMPT" | result="FAILURE"',
  },
  {
    title: 'Slow database queries',
    purpose: 'Queries that took the backend more than a second; duration is in milliseconds.',
    expr: '{job="backend"} | json | message=~".*query.*" | duration > 1000',
  },
  {
    title: 'Rate limiting events',
    purpose: 'Who was refused for asking too often.',
    expr: '{job="security"} | json | action="RATE_LIMIT_VIOLATION"',
  },
  {
    title: 'Request by request id',
    purpose: 'What the backend wrote of one request. Write its id for abc123.',
    expr: '{job="backend"} | json | requestId="abc123"',
  },
  {
    title: 'Line of a Sentry event',
    purpose: 'The line that belongs to an event at Sentry. Write the event’s id for abc123.',
    expr: '{job="backend"} | json | sentryEventId="abc123"',
  },
];

/**
 * A link that opens a saved query in Grafana Explore, for the last hour.
 *
 * @param grafana - URL of Grafana, without a slash at the end.
 */
export function savedQueryUrl({ expr }: SavedQuery, grafana: string): string {
  return exploreUrl({ grafana, range: RANGE, queries: [{ refId: 'A', expr, queryType: 'range' }] });
}
