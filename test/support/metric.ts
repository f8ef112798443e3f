/** Values of metrics in Prometheus' text format. */
import { parseMetrics, sum } from '../../src/operations/observe/metrics';

/** Sum of the series of a metric; NaN where there is none. */
export function metricOf(text: string, name: string): number {
  return sum(parseMetrics(text), name) ?? NaN;
}

/** The same of a counter, which begins at 0 when it is counted for the first time. */
export function countOf(text: string, name: string): number {
  return sum(parseMetrics(text), name) ?? 0;
}
