/** Runs the queries of the dashboards as they are opened, for `make up`. */
import type { StackConfig } from '../src/config';
import { AT_FIRST, interpolate, model, panels, everyMetricQuery, stackModel, withTimes } from '../programs/dashboards';
import { parseExpression } from '../src/alerts/logql';
import type { Target } from './kubernetes';
import type { LokiClient } from './loki-client';
import { askPrometheus } from './prometheus';

const RANGE_MS = 3_600_000;

/** How a dashboard's queries were answered. */
export interface Answers {
  readonly title: string;
  readonly asked: number;
  /** Answered, with at least one series or line. */
  readonly withData: number;
  /** One sentence for each that was not answered. */
  readonly problems: readonly string[];
}

/** One query, and what finds its series. @throws Error where it is refused */
type Question = readonly [of: string, series: () => Promise<number>];

/** Every query of every panel of the dashboards that there is something behind. */
export async function askDashboards(
  target: Target,
  config: StackConfig,
  loki: LokiClient,
): Promise<readonly Answers[]> {
  const logs = await answersOf(
    model.title,
    panels.flatMap(({ title, targets }) =>
      targets.map(({ refId, expr, queryType }): Question => [
        `panel "${title}" ${refId}`,
        () => linesOrSeries(loki, interpolate(expr, AT_FIRST), queryType),
      ]),
    ),
  );
  if (config.monitoring.type !== 'embedded') return [logs];
  const metrics = await answersOf(
    stackModel(config).title,
    everyMetricQuery(config).map(({ of, expr }): Question => [
      of,
      () => samples(target, config, withTimes(expr, { rateInterval: '1m', range: '1h' })),
    ]),
  );
  return [logs, metrics];
}

async function linesOrSeries(loki: LokiClient, expr: string, queryType: string): Promise<number> {
  const isInstant = parseExpression(expr).isMetric && queryType !== 'range';
  const found = isInstant ? await loki.vector(expr) : await loki.range(expr, new Date(Date.now() - RANGE_MS));
  return found.length;
}

async function samples(target: Target, config: StackConfig, expr: string): Promise<number> {
  const answer = await askPrometheus(target, config, `query?query=${encodeURIComponent(expr)}`);
  // The shape is Prometheus', fixed by its API version.
  return (answer as { readonly data: { readonly result: readonly unknown[] } }).data.result.length;
}

async function answersOf(title: string, questions: readonly Question[]): Promise<Answers> {
  const problems: string[] = [];
  let withData = 0;
  for (const [of, series] of questions) {
    try {
      if ((await series()) > 0) withData += 1;
    } catch (error) {
      problems.push(`${title}, ${of}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { title, asked: questions.length, withData, problems };
}
