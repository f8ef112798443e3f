/** Metrics as Prometheus' text format has them: samples by name and labels. */

/** One sample. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** The samples of a page of metrics. Comments, and lines that are none of the format, are left out. */
export function parseMetrics(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = LINE.exec(line.trim()) ?? [];
    if (name === undefined) return [];
    return [{ name, labels: parseLabels(labels), value: parseValue(value) }];
  });
}

function parseLabels(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? `\\${escaped}`),
    ]),
  );
}

function parseValue(text: string): number {
  return /^[+-]?Inf$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
}

/** Samples of one metric. */
export function samplesOf(samples: readonly Sample[], name: string): readonly Sample[] {
  return samples.filter((sample) => sample.name === name);
}

/** Sum over all labels; undefined where the metric is not there. */
export function sum(samples: readonly Sample[], name: string): number | undefined {
  const found = samplesOf(samples, name);
  return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
}

/** Sums by the values of these labels, which are joined by spaces. */
export function sumBy(samples: readonly Sample[], name: string, ...labels: readonly string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const sample of samplesOf(samples, name)) {
    const key = labels.map((label) => sample.labels[label] ?? '').join(' ');
    sums[key] = (sums[key] ?? 0) + sample.value;
  }
  return sums;
}
