import { configWith, everythingConfig } from '../../support/config';
import { isRow, everyMetricQuery, metricPanels, stackModel } from '../../../programs/dashboards';

const config = everythingConfig();
const texts = everyMetricQuery(config).map(({ expr }) => expr);

describe('"Spywatcher - Logging Stack"', () => {
  it('has the mission’s key metrics by name', () => {
    for (const metric of [
      'loki_ingester_chunks_created_total',
      'loki_distributor_bytes_received_total', // Loki has no loki_ingester_bytes_received_total
      'loki_request_duration_seconds_bucket',
      'promtail_sent_entries_total',
      'promtail_dropped_entries_total',
      'promtail_read_bytes_total',
    ])
      expect([metric, texts.some((text) => text.includes(metric))]).toEqual([metric, true]);
  });

  it('has panels and rows with titles and numbers of their own, which ask the provisioned Prometheus', () => {
    const all = metricPanels(config);
    const rows = stackModel(config).panels.filter(isRow);
    const ids = [...all, ...rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    for (const { datasource } of all) expect(datasource).toEqual({ type: 'prometheus', uid: 'prometheus' });
  });

  it('uses none but Grafana’s own variables of time', () => {
    const names = texts.flatMap((text) => [...text.matchAll(/\$(\w+)/g)].map(([, name]) => name));
    expect([...new Set(names)].sort()).toEqual(['__range', '__rate_interval']);
  });

  it('has no row of a canary where there is none', () => {
    const titles = (of: Parameters<typeof stackModel>[0]) => stackModel(of).panels.map(({ title }) => title);
    expect(titles(config)).toContain('Canary');
    expect(titles(configWith())).not.toContain('Canary');
  });

  it('asks for the metrics of the stack’s agent, and for none of the other’s', () => {
    const namesOf = (type: 'promtail' | 'collector') =>
      everyMetricQuery(configWith({ agent: { type } })).filter(({ expr }) =>
        (type === 'promtail' ? /otelcol_|push_duration|"collector"/ : /promtail|logentry_/).test(expr),
      );
    expect([namesOf('promtail'), namesOf('collector')]).toEqual([[], []]);
  });

  it('with annotations, knows a metric of the Collector by its name and by where it sends to', () => {
    const texts = everyMetricQuery(configWith({ agent: { type: 'collector' }, monitoring: { type: 'annotations' } }))
      .map(({ expr }) => expr)
      .filter((expr) => expr.includes('otelcol_exporter_'));
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts)
      expect(text.match(/otelcol_exporter_\w+/g)?.length).toBe(text.match(/\{exporter="otlp_http\/loki"\}/g)?.length);
  });

  it('has a line of numbers for what alerts are on, as far as the stack has it', () => {
    const line = (of: Parameters<typeof stackModel>[0]) => {
      const { panels } = stackModel(of);
      const { y } = panels.find(({ title }) => title === 'Refused Lines by Tenant')?.gridPos ?? {};
      return panels.filter(({ gridPos }) => gridPos.y === y).map(({ title, gridPos: { x, w } }) => [title, x, w]);
    };
    expect(line(config)).toEqual([
      ['Refused Lines by Tenant', 0, 6],
      ['Not Read Yet', 6, 6],
      ['Certificate: Days to Its End', 12, 6],
      ['Canary: Lost Lines', 18, 6],
    ]);
    expect(line(configWith())).toEqual([
      ['Refused Lines by Tenant', 0, 12],
      ['Not Read Yet', 12, 12],
    ]);
  });

  it('tells by the namespace which stack a metric is of where the operator’s Prometheus has several', () => {
    const ofOperator = everyMetricQuery(configWith({ monitoring: { type: 'operator' } }));
    for (const { of, expr } of ofOperator.filter(({ expr: text }) => text.includes('loki_distributor')))
      expect([of, expr]).toEqual([of, expect.stringContaining('namespace="logging"')]);
  });
});
