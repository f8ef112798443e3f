/**
 * Tells what Grafana draws of a panel, by its own code: `@grafana/data` on the frames that its datasources make of an answer.
 * The file of the test begins with `@jest-environment ./test/support/grafana-environment.js`.
 */
import type { FieldConfigSource, InterpolateFunction, ReduceDataOptions } from '@grafana/data';
import type * as Data from '@grafana/data';

/** A panel as the dashboard's JSON has it. */
export interface DrawnPanel {
  readonly title: string;
  readonly type: string;
  readonly targets: readonly {
    readonly refId: string;
    readonly legendFormat?: string;
    /** Of Loki's queries. */
    readonly queryType?: string;
  }[];
  readonly fieldConfig?: Partial<FieldConfigSource>;
  readonly options?: { readonly reduceOptions?: ReduceDataOptions };
}

/** A series of an answer of Loki's or Prometheus' API. */
export interface AnsweredSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Of an instant query. */
  readonly value?: readonly [seconds: number, value: string];
  /** Of a range query. */
  readonly values?: readonly (readonly [seconds: unknown, value: string])[];
}

/** Answers by the letter of their query. */
export type Answers = Readonly<Record<string, readonly AnsweredSeries[]>>;

/** A number, a bar, or the last point of a line. */
export interface Drawn {
  readonly name: string;
  /** With its unit. */
  readonly text: string;
  /** Grafana's name of the colour, or its code; {@link PALETTE} of a line that is to have any. */
  readonly color: string;
}

/** Colour of lines that Grafana tells apart by the next one of its palette. */
export const PALETTE = 'palette';

const COLORS = ['green', 'yellow', 'orange', 'red', 'blue', 'purple', 'text'];

declare global {
  /** There in tests whose environment is `grafana-environment.js`. */
  var grafanaData: typeof Data | undefined;
}

/** What Grafana's panels have where a dashboard says nothing: of numbers, 80 and more is red. */
function defaultsOf(data: typeof Data, type: string): FieldConfigSource['defaults'] {
  if (type === 'timeseries') return { color: { mode: data.FieldColorModeId.PaletteClassic } };
  const steps = [
    { value: -Infinity, color: 'green' },
    { value: 80, color: 'red' },
  ];
  return {
    color: { mode: data.FieldColorModeId.Thresholds },
    thresholds: { mode: data.ThresholdsMode.Absolute, steps },
  };
}

/** What is drawn of a panel: of numbers and bars each, of lines the last point of each. */
export function drawn(panel: DrawnPanel, answers: Answers): readonly Drawn[] {
  const data = globalThis.grafanaData;
  if (data === undefined)
    throw new Error('the test file does not begin with @jest-environment ./test/support/grafana-environment.js');
  const theme = data.createTheme();
  const fieldConfig: FieldConfigSource = {
    defaults: { ...defaultsOf(data, panel.type), ...panel.fieldConfig?.defaults },
    overrides: panel.fieldConfig?.overrides ?? [],
  };
  const frames = data.applyFieldOverrides({
    data: panel.targets.flatMap((target) => framesOf(data, target, answers[target.refId] ?? [])),
    fieldConfig,
    replaceVariables,
    theme,
    timeZone: 'utc',
  });
  const named = (color = ''): string =>
    COLORS.find((name) => theme.visualization.getColorByName(name) === color) ?? color;
  if (panel.type === 'timeseries')
    return frames.flatMap((frame) =>
      frame.fields
        .filter(({ type }) => type === data.FieldType.number)
        .map((field) => {
          const last: unknown = field.values.at(-1);
          return {
            name: data.getFieldDisplayName(field, frame, frames),
            text: field.display === undefined ? String(last) : data.formattedValueToString(field.display(last)),
            color:
              field.config.color?.mode === data.FieldColorModeId.PaletteClassic
                ? PALETTE
                : named(data.getFieldSeriesColor(field, theme).color),
          };
        }),
    );
  const { reduceOptions = { calcs: ['lastNotNull'] } } = panel.options ?? {};
  const shown = data.getFieldDisplayValues({
    fieldConfig,
    reduceOptions,
    data: frames,
    replaceVariables,
    theme,
    timeZone: 'utc',
  });
  // A bar that is alone has a name only if the panel says which (`clearNameForSingleSeries` of the panel).
  const isNameless = panel.type === 'bargauge' && shown.length === 1 && fieldConfig.defaults.displayName === undefined;
  return shown.map(({ display }) => ({
    name: isNameless ? '' : (display.title ?? ''),
    text: data.formattedValueToString(display),
    color: named(display.color),
  }));
}

/** Fills in the columns of a row, by their numbers. Grafana's own function is in its application, not in the package. */
const replaceVariables: InterpolateFunction = (text, scopedVars) => {
  const context = scopedVars?.['__dataContext'];
  if (context?.value.rowIndex === undefined) return text;
  const { frame, rowIndex } = context.value;
  return text.replaceAll(/\$\{__data\.fields\[(\d+)\]\}/g, (_, column: string) =>
    String(frame.fields[Number(column)]?.values[rowIndex]),
  );
};

/** What is drawn of a panel whose queries are asked one by one. */
export async function drawnFrom<P extends DrawnPanel>(
  panel: P,
  ask: (target: P['targets'][number]) => Promise<readonly AnsweredSeries[]>,
): Promise<readonly Drawn[]> {
  const answers = panel.targets.map(async (target) => [target.refId, await ask(target)] as const);
  return drawn(panel, Object.fromEntries(await Promise.all(answers)));
}

/**
 * The frames of one query's answer.
 *
 * An instant query of Loki's datasource becomes one table, with a column for each label and one that is called after the query's
 * letter; the legend does not reach it (`makeTableFrames.ts` of the datasource). All others become a frame for each series, named by
 * the legend.
 */
function framesOf(
  data: typeof Data,
  { refId, legendFormat, queryType }: DrawnPanel['targets'][number],
  series: readonly AnsweredSeries[],
): readonly Data.DataFrame[] {
  const { time, string, number } = data.FieldType;
  if (queryType === 'instant') {
    if (series.length === 0) return [];
    const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
    return [
      data.createDataFrame({
        refId,
        meta: { preferredVisualisationType: 'table' },
        fields: [
          { name: 'Time', type: time, values: series.map(({ value }) => (value?.[0] ?? 0) * 1000) },
          ...labels.map((label) => ({
            name: label,
            type: string,
            values: series.map(({ metric }) => metric[label] ?? ''),
          })),
          { name: `Value #${refId}`, type: number, values: series.map(({ value }) => Number(value?.[1])) },
        ],
      }),
    ];
  }
  return series.map(({ metric, value, values = value === undefined ? [] : [value] }) =>
    data.createDataFrame({
      refId,
      fields: [
        { name: 'Time', type: time, values: values.map(([seconds]) => Number(seconds) * 1000) },
        {
          name: 'Value',
          type: number,
          labels: { ...metric },
          config: { displayNameFromDS: legendOf(legendFormat, metric) },
          values: values.map(([, each]) => Number(each)),
        },
      ],
    }),
  );
}

/** A legend with the labels of a series filled in; without one, the series by its labels. */
function legendOf(format: string | undefined, metric: AnsweredSeries['metric']): string {
  if (format === undefined || format === '')
    return `{${Object.entries(metric)
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ')}}`;
  return format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => metric[label] ?? '');
}
