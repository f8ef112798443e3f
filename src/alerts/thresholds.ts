/** What the log alerts are measured against. Each says "more than". */

/** A span of time, as the stack config has it. */
export interface Milliseconds {
  readonly milliseconds: number;
}

export interface AlertThresholds {
  /** Lines of level error that the backend writes in a second. */
  readonly errorsPerSecond: number;
  /** How many times as many errors as an hour or a day before. */
  readonly errorRateFactor: number;
  /** Failed logins of one user, in five minutes. */
  readonly failedLoginsByUser: number;
  /** Failed logins from one address, in five minutes. */
  readonly failedLoginsByAddress: number;
  /** Requests from one address that a rate limit refused, in five minutes. */
  readonly rateLimitViolations: number;
  /** Security events that no normal use makes, in five minutes. */
  readonly suspiciousActions: number;
  /** Refused tokens, second factors, permissions and inputs, of each kind in five minutes. */
  readonly refusedActions: number;
  /** Queries and statements slower than `slowQuery`, in five minutes. */
  readonly slowQueries: number;
  /** What makes a query slow. */
  readonly slowQuery: Milliseconds;
  /** Percent of nginx' answers that are 5xx. */
  readonly serverErrorPercent: number;
  /** What 95 of 100 requests to nginx stay below. */
  readonly requestDuration: Milliseconds;
  /** Failed connections to the database that one job reports, in five minutes. */
  readonly connectionFailures: number;
  /** Clients that got no connection out of PgBouncer's pool, in five minutes. */
  readonly poolRefusals: number;
  /** How long a job that wrote before writes nothing. */
  readonly silence: Milliseconds;
  /** Lines out of which a secret was taken, of one app in five minutes. */
  readonly redactedLines: number;
}
