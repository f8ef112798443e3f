/** Values of metrics in Prometheus' text format. */

/** Sum of the series of a metric; NaN where there is none. */
export function metricOf(text: string, name: string): number {
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0);
}

/** The same of a counter, which begins at 0 when it is counted for the first time. */
export function countOf(text: string, name: string): number {
  const value = metricOf(text, name);
  return Number.isNaN(value) ? 0 : value;
}
