/** The alerts on lines, for Loki's ruler. */
import type { StackConfig } from '../config/schema';
import {
  CLUSTER_LABEL,
  FIELDS,
  JOBS,
  LABELS,
  LEVELS,
  REDACTED,
  type Result,
  type SecurityAction,
  SecurityActions,
} from '../log-model';
import type { AlertRule } from './rule';

/** Parameters of the rules. */
export interface LogRuleProps {
  readonly thresholds: StackConfig['alerting']['thresholds'];
  /** Namespaces of the stack itself; their lines repeat lines of others. */
  readonly ownNamespaces: readonly string[];
  /** Jobs that are missed when they write nothing. */
  readonly silentJobs: readonly string[];
  /** Whether each cluster's lines are counted apart. An alert then has the label of its cluster. @default false */
  readonly byCluster?: boolean;
}

const WINDOW = '5m';
/** In a metric query one line with an error would fail the whole query. */
const WITHOUT_ERRORS = '| __error__=""';
/** Most alerts of one rule: a distributed attack must not make a thousand alerts. */
const MOST = 10;
const ERROR = LEVELS[0];
const FAILURE: Result = 'FAILURE';
const BACKEND_ERRORS = `{${LABELS.job}="${JOBS.backend}", ${LABELS.level}="${ERROR}"}`;
const SECURITY = `{${LABELS.job}="${JOBS.security}"}`;
const NGINX = `{${LABELS.job}="${JOBS.nginx}"}`;
/** Label of the lines of the stack's own Loki. */
const LOKI_APP = 'loki';
const ALL_JOBS = `{${LABELS.job}=~"${Object.values(JOBS).join('|')}"`;
/** nginx' error log has no status. */
const REQUESTS = `${NGINX} | ${FIELDS.status}=~"[1-5].."`;
/** With fewer errors in a second, three times as many are still few. */
const FEW_ERRORS = 0.1;
/** With fewer requests in five minutes, one failure is a large share. */
const FEW_REQUESTS = 20;
/** Windows in which a job is looked for that writes nothing now: enough to notice it for a day, and cheap. */
const BEFORE = ['1h', '3h', '6h', '12h', '1d'];

const SUSPICIOUS: readonly SecurityAction[] = [
  SecurityActions.SUSPICIOUS_ACTIVITY,
  SecurityActions.CSRF_VIOLATION,
  SecurityActions.IP_BLOCKED,
  SecurityActions.ACCOUNT_LOCKED,
];
const REFUSED: readonly SecurityAction[] = [
  SecurityActions.TOKEN_INVALID,
  SecurityActions.MFA_FAILURE,
  SecurityActions.PERMISSION_DENIED,
  SecurityActions.INVALID_INPUT,
];

/** Lines of a database, its pool and their clients about a failed connection. */
const CONNECTION_FAILURES = [
  `${BACKEND_ERRORS} |~ "(?i)database connection|can't reach database|ECONNREFUSED[^\\"]*:(?:5432|6432)|too many clients"`,
  `{${LABELS.job}="${JOBS.postgres}", ${LABELS.level}="${ERROR}"} |~ "too many clients already|remaining connection slots|the database system is "`,
  `{${LABELS.job}="${JOBS.pgbouncer}"} |~ "server login failed|connect failed|server conn crashed|server login has been failing"`,
];
const POOL_REFUSALS = `{${LABELS.job}="${JOBS.pgbouncer}"} |~ "pooler error: (?:no more connections allowed|client connections exceeded|query_(?:wait_)?timeout)"`;

/**
 * Every log alert of the stack, by what it is about. Each topic is a group of its own: a group's rules are evaluated one after
 * the other, by one member of the ring.
 */
export function logRuleGroups(props: LogRuleProps): Readonly<Record<string, readonly AlertRule[]>> {
  return {
    errors: errorRules(props),
    security: securityRules(props),
    slowness: slownessRules(props),
    sources: sourceRules(props),
  };
}

/** All of them, with these thresholds. */
export function logRules(props: LogRuleProps): readonly AlertRule[] {
  return Object.values(logRuleGroups(props)).flat();
}

function errorRules({ thresholds, byCluster = false }: LogRuleProps): readonly AlertRule[] {
  return [
    {
      name: 'HighErrorRate',
      expr: `${sum(byCluster)}(rate(${BACKEND_ERRORS}[${WINDOW}])) > ${thresholds.errorsPerSecond}`, // (mission)
      for: '5m',
      severity: 'critical',
      summary: 'High error rate detected',
      description: 'Error rate is {{ $value }} errors/sec',
    },
    errorChange(byCluster, thresholds.errorRateFactor, 'HourBefore', 'the hour before', '[1h] offset 10m', '1h'),
    errorChange(
      byCluster,
      thresholds.errorRateFactor,
      'DayBefore',
      'the same time a day before',
      '[1h] offset 1d',
      '1d',
    ),
  ];
}

/** Not in the first hour or day: where nothing was written, nothing can be compared. */
function errorChange(
  byCluster: boolean,
  factor: number,
  name: string,
  when: string,
  range: string,
  wroteAt: string,
): AlertRule {
  const ofJob = sum(byCluster, LABELS.job);
  const errors = `${ALL_JOBS}, ${LABELS.level}="${ERROR}"}`;
  const now = `${ofJob} (rate(${errors} [10m]))`;
  const then = `${ofJob} (rate(${errors} ${range}))`;
  const wrote = `${ofJob} (count_over_time(${ALL_JOBS}} [${WINDOW}] offset ${wroteAt}))`;
  return {
    name: `ErrorRateAbove${name}`,
    expr: `((${now} > ${FEW_ERRORS}) and (${wrote} > 0)) unless (${now} <= ${factor} * ${then})`,
    for: '5m',
    severity: 'warning',
    summary: `A job writes more errors than ${when}`,
    description: `{{ $labels.${LABELS.job} }} writes {{ printf "%.2f" $value }} errors/sec, more than ${factor} times as many as in ${when}.`,
  };
}

function securityRules({ thresholds, byCluster = false }: LogRuleProps): readonly AlertRule[] {
  const failedLogins = `${SECURITY} ${oneOf([SecurityActions.LOGIN_ATTEMPT, SecurityActions.LOGIN_FAILURE])} | ${FIELDS.result}="${FAILURE}"`;
  const limited = `${SECURITY} ${oneOf([SecurityActions.RATE_LIMIT_VIOLATION])}`;
  return [
    {
      name: 'FailedLoginsByUser',
      expr: mostOf(byCluster, FIELDS.userId, `${failedLogins} | ${FIELDS.userId}!=""`, thresholds.failedLoginsByUser),
      for: '0s',
      severity: 'warning',
      summary: 'Many failed logins of one user',
      description: `{{ $value }} failed logins of user {{ $labels.${FIELDS.userId} }} in ${WINDOW}.`,
    },
    {
      name: 'FailedLoginsByAddress',
      expr: mostOf(byCluster, FIELDS.ipAddress, withAddress(failedLogins), thresholds.failedLoginsByAddress),
      for: '0s',
      severity: 'warning',
      summary: 'Many failed logins from one address',
      description: `{{ $value }} failed logins from {{ $labels.${FIELDS.ipAddress} }} in ${WINDOW}.`,
    },
    {
      name: 'RateLimitViolations',
      expr: mostOf(byCluster, FIELDS.ipAddress, withAddress(limited), thresholds.rateLimitViolations),
      for: '0s',
      severity: 'warning',
      summary: 'One address goes on asking too often',
      description: `{{ $value }} requests from {{ $labels.${FIELDS.ipAddress} }} were refused by a rate limit in ${WINDOW}.`,
    },
    {
      name: 'SuspiciousSecurityAction',
      expr: countBy(byCluster, FIELDS.action, `${SECURITY} ${oneOf(SUSPICIOUS)}`, thresholds.suspiciousActions),
      for: '0s',
      severity: 'critical',
      summary: 'A security event that no normal use makes',
      description: `{{ $value }} events {{ $labels.${FIELDS.action} }} in ${WINDOW}.`,
    },
    {
      name: 'SecurityRefusals',
      expr: countBy(byCluster, FIELDS.action, `${SECURITY} ${oneOf(REFUSED)}`, thresholds.refusedActions),
      for: '5m',
      severity: 'warning',
      summary: 'The application refuses unusually much',
      description: `{{ $value }} events {{ $labels.${FIELDS.action} }} in ${WINDOW}.`,
    },
  ];
}

function slownessRules({ thresholds, byCluster = false }: LogRuleProps): readonly AlertRule[] {
  const ofAll = sum(byCluster);
  const slow = `| ${FIELDS.duration} > ${thresholds.slowQuery.milliseconds} ${WITHOUT_ERRORS}`;
  return [
    {
      name: 'SlowQueries',
      expr: `${ofAll}(count_over_time({${LABELS.job}="${JOBS.backend}"} |~ "(?i)query" | json ${FIELDS.message}="${FIELDS.message}", ${FIELDS.duration}="${FIELDS.duration}" ${WITHOUT_ERRORS} | ${FIELDS.message}=~"(?i).*query.*" ${slow} [${WINDOW}])) > ${thresholds.slowQueries}`,
      for: '5m',
      severity: 'warning',
      summary: 'The backend’s queries are slow',
      description: `{{ $value }} queries of more than ${thresholds.slowQuery.milliseconds} ms in ${WINDOW}.`,
    },
    {
      name: 'SlowStatements',
      expr: `${ofAll}(count_over_time({${LABELS.job}="${JOBS.postgres}"} ${slow} [${WINDOW}])) > ${thresholds.slowQueries}`,
      for: '5m',
      severity: 'warning',
      summary: 'PostgreSQL’s statements are slow',
      description: `{{ $value }} statements of more than ${thresholds.slowQuery.milliseconds} ms in ${WINDOW}.`,
    },
    {
      name: 'NginxServerErrors',
      expr: `(100 * ${ofAll}(count_over_time(${NGINX} | ${FIELDS.status}=~"5.." [${WINDOW}])) / ${ofAll}(count_over_time(${REQUESTS} [${WINDOW}])) > ${thresholds.serverErrorPercent}) and (${ofAll}(count_over_time(${REQUESTS} [${WINDOW}])) > ${FEW_REQUESTS})`,
      for: '5m',
      severity: 'critical',
      summary: 'Nginx answers many requests with a server error',
      description: '{{ printf "%.1f" $value }} % of the requests are answered with 5xx.',
    },
    {
      name: 'NginxSlowRequests',
      expr: `quantile_over_time(0.95, ${REQUESTS} | unwrap ${FIELDS.duration} ${WITHOUT_ERRORS} [${WINDOW}]) by (${grouping(byCluster, LABELS.job).join(', ')}) > ${thresholds.requestDuration.milliseconds}`,
      for: '5m',
      severity: 'warning',
      summary: 'Requests to nginx are slow',
      description: 'Five of 100 requests take more than {{ printf "%.0f" $value }} ms.',
    },
  ];
}

function sourceRules({ thresholds, ownNamespaces, silentJobs, byCluster = false }: LogRuleProps): readonly AlertRule[] {
  const watched = `{${LABELS.job}=~"${silentJobs.join('|')}"}`;
  const wrote = (range: string): string => `${sum(byCluster, LABELS.job)} (count_over_time(${watched} ${range}))`;
  const redacted = `{${LABELS.job}=~".+", ${LABELS.namespace}!~"${ownNamespaces.join('|')}"} |= "${REDACTED}"`;
  const redactions = (range: string): string =>
    `${sum(byCluster, LABELS.job, LABELS.app)} (count_over_time(${redacted} ${range}))`;
  return [
    {
      name: 'DatabaseConnectionFailures',
      expr: CONNECTION_FAILURES.map(
        (lines) => `(${countBy(byCluster, LABELS.job, lines, thresholds.connectionFailures)})`,
      ).join(' or '),
      for: '2m',
      severity: 'critical',
      summary: 'Connections to the database fail',
      description: `{{ $labels.${LABELS.job} }} reports {{ $value }} failed connections in ${WINDOW}.`,
    },
    {
      name: 'PgBouncerPoolExhausted',
      expr: `${sum(byCluster)}(count_over_time(${POOL_REFUSALS} [${WINDOW}])) > ${thresholds.poolRefusals}`,
      for: '2m',
      severity: 'critical',
      summary: 'PgBouncer has no connection left',
      description: `{{ $value }} clients were turned away in ${WINDOW}.`,
    },
    ...(silentJobs.length === 0
      ? []
      : [
          {
            name: 'SourceSilent',
            expr: `(${BEFORE.map((offset) => wrote(`[10m] offset ${offset}`)).join(' or ')}) unless ${wrote(`[${WINDOW}]`)}`,
            for: `${thresholds.silence.milliseconds / 1000}s`,
            severity: 'warning',
            summary: 'A job that wrote before writes nothing',
            description: `Nothing has come from {{ $labels.${LABELS.job} }} for ${thresholds.silence.milliseconds / 60_000} minutes.`,
          } as const,
        ]),
    {
      name: 'SecretsRedacted',
      expr: `(${redactions(`[${WINDOW}]`)} > ${thresholds.redactedLines}) unless (${redactions(`[${WINDOW}]`)} <= 2 * ${redactions(`[${WINDOW}] offset 1h`)})`,
      for: '0s',
      severity: 'warning',
      summary: 'Something logs secrets',
      description: `{{ $value }} lines of {{ $labels.${LABELS.app} }} held a secret in ${WINDOW}; it was taken out.`,
    },
    {
      // No metric of Loki's tells: it counts rules that it could read and not load. Lines of its queries, this one among them, are info.
      name: 'RulerRulesUnreadable',
      expr: `${sum(byCluster)}(count_over_time({${LABELS.app}="${LOKI_APP}", ${LABELS.namespace}=~"${ownNamespaces.join('|')}", ${LABELS.level}="${ERROR}"} |= "unable to list rules" [${WINDOW}])) > 0`,
      for: '0s',
      severity: 'critical',
      summary: 'Loki’s ruler cannot read a file of rules, and takes no change of any',
      description: `The ruler has failed {{ $value }} times to read the rules in ${WINDOW}; those before stay in force until it is restarted.`,
    },
  ];
}

function oneOf(actions: readonly SecurityAction[]): string {
  return actions.length === 1
    ? `| ${FIELDS.action}="${actions[0] ?? ''}"`
    : `| ${FIELDS.action}=~"${actions.join('|')}"`;
}

/** The address is in the line alone. */
function withAddress(lines: string): string {
  return `${lines} | json ${FIELDS.ipAddress}="${FIELDS.ipAddress}" ${WITHOUT_ERRORS} | ${FIELDS.ipAddress}!=""`;
}

/** Names that a rule counts by. */
function grouping(byCluster: boolean, ...names: readonly string[]): readonly string[] {
  return [...(byCluster ? [CLUSTER_LABEL] : []), ...names];
}

/** The beginning of a sum by these names. */
function sum(byCluster: boolean, ...names: readonly string[]): string {
  const all = grouping(byCluster, ...names);
  return all.length === 0 ? 'sum' : `sum by (${all.join(', ')})`;
}

function countBy(byCluster: boolean, name: string, lines: string, limit: number): string {
  return `${sum(byCluster, name)} (count_over_time(${lines} [${WINDOW}])) > ${limit}`;
}

function mostOf(byCluster: boolean, name: string, lines: string, limit: number): string {
  return `topk(${MOST}, ${sum(byCluster, name)} (count_over_time(${lines} [${WINDOW}]))) > ${limit}`;
}
