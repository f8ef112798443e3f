/** Parts of LogQL that queries are built from. */
import { CLUSTER_LABEL, type Field, FIELDS, type Job, type Label, LABELS, type Level, type Result } from '../log-model';
import { VARIABLES } from './explore';

/** A matcher of a stream selector: an operator, and a value that needs no escaping. */
type Matcher = readonly [operator: '=' | '=~' | '!~', value: string];

type Matchers = Partial<Readonly<Record<Label | typeof CLUSTER_LABEL, Matcher>>>;

/** `{job="backend", level="error"}` */
export function stream(matchers: Matchers): string {
  const written = Object.entries(matchers).map(([label, [operator, value]]) => `${label}${operator}"${value}"`);
  return `{${written.join(', ')}}`;
}

/** Selectors of the streams that a dashboard shows. */
export interface Streams {
  readonly stream: (matchers: Matchers) => string;
  /** Streams of one job. */
  readonly jobStream: (job: Job) => string;
  /** Streams of one job with one of these levels. */
  readonly levelStream: (job: Job, ...levels: readonly [Level, ...Level[]]) => string;
}

/** @param byCluster - whether the dashboard chooses by cluster. */
export function streamsShown(byCluster: boolean): Streams {
  const shown = (matchers: Matchers): string =>
    stream({ ...matchers, ...(byCluster ? { [CLUSTER_LABEL]: ['=~', VARIABLES.cluster] } : {}) });
  return {
    stream: shown,
    jobStream: (job) => shown({ job: ['=', job] }),
    levelStream: (job, ...levels) =>
      shown({ job: ['=', job], level: levels.length === 1 ? ['=', levels[0]] : ['=~', levels.join('|')] }),
  };
}

/** Lines that hold what is typed into the search box, without regard to case; all of them while it is empty. */
export const SEARCHED = `|~ \`(?i)${VARIABLES.search}\``;

/** Leaves out lines for which a stage before failed. In a metric query one of them would fail the whole query. */
const WITHOUT_ERRORS = '| __error__=""';
/** JSON lines alone. */
export const PARSED = `| json ${WITHOUT_ERRORS}`;

/** `| status >= 500`, of lines whose field is a number. */
export function compared(field: Field, ...conditions: readonly string[]): string {
  return `${conditions.map((condition) => `| ${field} ${condition}`).join(' ')} ${WITHOUT_ERRORS}`;
}

/** `| action="LOGIN_ATTEMPT"` */
export function is(field: Field, value: string): string {
  return `| ${field}="${value}"`;
}

/** `| status!=""` */
export function has(field: Field): string {
  return `| ${field}!=""`;
}

export const FAILED = is(FIELDS.result, 'FAILURE' satisfies Result);

/** Lines in each step of a time series, one series for each value of these labels. */
export function countBy(name: string, lines: string): string {
  return `sum by (${name}) (count_over_time(${lines} [$__auto]))`;
}

/** Lines per second, one series for each value of this label. */
export function rateBy(name: string, lines: string): string {
  return `sum by (${name}) (rate(${lines} [$__auto]))`;
}

/** The ten most frequent values of these labels in the whole time range, the most frequent first. */
export function mostFrequent(names: readonly string[], lines: string): string {
  return `sort_desc(topk(10, sum by (${names.join(', ')}) (count_over_time(${lines} [$__range]))))`;
}

/** A quantile of `duration`, in milliseconds. */
export function durationQuantile(quantile: number, lines: string, by: Label = LABELS.job): string {
  return `quantile_over_time(${quantile}, ${lines} | unwrap ${FIELDS.duration} ${WITHOUT_ERRORS} [$__auto]) by (${by})`;
}
