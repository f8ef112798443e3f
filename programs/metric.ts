/** Values of metrics in Prometheus' text format. */
import { parseMetrics, samplesOf, sum } from '../src/operations/observe/metrics';

/** Sum of the series of a metric; NaN where there is none. */
export function metricOf(text: string, name: string): number {
  return sum(parseMetrics(text), name) ?? NaN;
}

/** Sum of a counter's series with these labels. It begins at 0 when it is counted for the first time. */
export function countOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samplesOf(parseMetrics(text), name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((total, { value }) => total + value, 0);
}
