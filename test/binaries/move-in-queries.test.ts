/**
 * Given lines of pods that a chart's agent has labelled, and the same lines as this stack's agent labels them; when a query of before is judged,
 * then the query that it becomes counts here what the old one counts there, and one that is said to find nothing finds nothing.
 */
import { LABELS, POD_LABELS } from '../../src/log-model';
import { judge, type Judgement } from '../../src/operations/import/logql/judge';
import type { Origin } from '../../src/operations/import/logql/label-map';
import { nanoseconds, pushBody } from '../../programs/loki';
import { type Container, cri, NODE, uidOf } from '../../programs/pod-logs';
import { BUILD_TIMEOUT } from '../../programs/program';
import { sendsNoMore } from '../../programs/promtail';
import { send } from '../../programs/request';
import { stackForFixtures } from '../support/captured';
import { LogPath } from '../support/log-path';

const pod = (namespace: string, app: string, name: string, container: string): Container => ({
  namespace,
  pod: name,
  container,
  labels: { [POD_LABELS.app]: app },
});
const API = pod('shop', 'api', 'api-7f9c-x1', 'main');
const API_2 = pod('shop', 'api', 'api-7f9c-x2', 'main');
const WEB = pod('shop', 'web', 'web-0', 'nginx-proxy');
const OTHER = pod('lab', 'api', 'api-lab', 'main');

interface Written {
  readonly from: Container;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}
const write = (from: Container, line: string, stream: Written['stream'] = 'stdout'): Written => ({
  from,
  stream,
  line,
});
const json = (level: string, fields: object = {}): string =>
  JSON.stringify({ level, message: `a ${level}`, ...fields });

const LINES: readonly Written[] = [
  write(API, json('ERROR', { service: 'cart', host: 'h1' })),
  write(API, json('FATAL', { service: 'cart' })),
  write(API, json('INFO', { service: 'payment', requestId: 'r-1' })),
  write(API, json('WARNING', { service: 'payment' })),
  write(API_2, json('error', { service: 'cart' }), 'stderr'),
  write(API_2, json('info', { service: 'cart', requestId: 'r-1' })),
  write(WEB, 'level=warn msg="slow upstream" took=3'),
  write(WEB, 'level=error msg="no upstream" took=7', 'stderr'),
  write(WEB, 'plain text of a start'),
  write(OTHER, json('ERROR', { service: 'cart' })),
  write(OTHER, json('info')),
];

/** What the charts' agents make labels of; k8s-monitoring has the pod beside the line. */
const CHARTS = {
  promtail: ({ from, stream }: Written) => {
    const { namespace, container, pod: name, labels } = from;
    const app = labels?.[POD_LABELS.app] ?? '';
    const filename = `/var/log/pods/${namespace}_${name}_${uidOf(from)}/${container}/0.log`;
    const ofPod = { namespace, container, pod: name, app, job: `${namespace}/${app}`, instance: 'release' };
    return { labels: { ...ofPod, node_name: NODE, stream, filename } };
  },
  'k8s-monitoring': ({ from: { namespace, container, pod: name, labels } }: Written) => {
    const app = labels?.[POD_LABELS.app] ?? '';
    const ofPod = { namespace, container, job: `${namespace}/${container}`, app_kubernetes_io_name: app };
    return { labels: { ...ofPod, service_name: app, k8s_node_name: NODE }, metadata: { pod: name } };
  },
} as const;
type Chart = keyof typeof CHARTS;

const ORIGINS: Readonly<Record<Chart, Origin>> = {
  promtail: { jobEndsWith: LABELS.app, cluster: undefined },
  'k8s-monitoring': { jobEndsWith: LABELS.container, cluster: undefined },
};

const QUERIES: readonly (readonly [Chart, Judgement['verdict'], string])[] = [
  ['promtail', 'good', '{namespace="shop", app="api"} |= "error"'],
  ['promtail', 'good', '{container="main"} | json | level="error"'],
  ['promtail', 'rewrite', '{pod="api-7f9c-x1"} |= "cart"'],
  ['promtail', 'rewrite', '{namespace="$namespace", pod=~"api-7f9c-.+", stream=~".+"} | json | requestId="r-1"'],
  ['promtail', 'rewrite', '{namespace="shop", pod!="api-7f9c-x1"}'],
  ['promtail', 'rewrite', '{job="shop/api"} | json | level="ERROR"'],
  ['promtail', 'rewrite', '{job="shop/api"} | json | level!~"ERROR|FATAL"'],
  ['promtail', 'rewrite', '{job=~"($namespace)/(api|web)"}'],
  ['promtail', 'rewrite', '{job=~"shop/web|lab/api"}'],
  ['promtail', 'rewrite', '{job!="shop/api", container!=""}'],
  ['promtail', 'rewrite', '{job=~".+/api"} | json | service="cart"'],
  ['promtail', 'rewrite', `{node_name="${NODE}"} != "plain"`],
  ['promtail', 'rewrite', '{app="api"} | pod="api-lab" | job="lab/api"'],
  ['promtail', 'rewrite', 'sum by (pod) (count_over_time({job="shop/api", pod=~".+"}[5m] |= "cart"))'],
  ['promtail', 'rewrite', 'sum by (node_name) (sum_over_time({job="shop/web"} | logfmt | unwrap took [$__interval]))'],
  ['promtail', 'rewrite', 'topk($top, sum by (pod) (count_over_time({pod=~"web-[0-9]"} [[[window]]])))'],
  ['promtail', 'nothing', '{app="api", stream="stderr"}'],
  ['promtail', 'nothing', '{instance="release"}'],
  ['promtail', 'nothing', '{filename=~"/var/log/pods/shop_.+"}'],
  ['promtail', 'nothing', '{namespace="shop"} | stream="stderr"'],
  ['k8s-monitoring', 'rewrite', '{job="shop/main"} |= "cart"'],
  ['k8s-monitoring', 'rewrite', '{service_name="api", k8s_node_name=~".+"} | pod="api-7f9c-x2"'],
  ['k8s-monitoring', 'rewrite', 'sum by (app_kubernetes_io_name) (rate({app_kubernetes_io_name=~"api|web"}[$__auto]))'],
  ['k8s-monitoring', 'rewrite', '{namespace="shop"} | pod=~"api-.+" | json | service="payment"'],
];

/** As Grafana fills them in. */
const VALUES: Readonly<Record<string, string>> = {
  $namespace: 'shop',
  $__interval: '5m',
  $__auto: '5m',
  '[[window]]': '5m',
  $top: '10',
};
const interpolated = (query: string): string =>
  Object.entries(VALUES).reduce((text, [variable, value]) => text.replaceAll(variable, value), query);

describe('given lines of pods, as agents of charts label them and as this stack’s agent does', () => {
  const rendered = stackForFixtures('move-in-queries');
  const path = new LogPath(rendered, 'move-in-queries');
  const here = rendered.config.auth.loki.tenants[0]?.name ?? '';

  beforeAll(async () => {
    await path.start();
    const timed = LINES.map((written) => ({ ...written, time: nanoseconds() }));
    for (const { from, time, line, stream } of timed) path.logs.append(from, [cri(time, line, 'F', stream)]);
    for (const [tenant, labelled] of Object.entries(CHARTS)) {
      const body = pushBody(
        ...timed.map((written) => ({ ...labelled(written), line: written.line, time: written.time })),
      );
      const headers = { 'X-Scope-OrgID': tenant };
      expect((await send({ port: path.lokiPort, path: '/loki/api/v1/push', headers, body })).status).toBe(204);
    }
    await sendsNoMore(await path.startPromtail([API, API_2, WEB, OTHER]), LINES.length);
  }, BUILD_TIMEOUT);
  afterAll(() => path.stop());

  /** Lines of a query, or its numbers. */
  async function answer(tenant: string, query: string): Promise<readonly string[]> {
    const isMetric = !query.startsWith('{');
    const parameters = new URLSearchParams({ query: interpolated(query), limit: '1000' }).toString();
    const port = path.lokiPort;
    const headers = { 'X-Scope-OrgID': tenant };
    const { status, text } = await send({
      port,
      path: `/loki/api/v1/${isMetric ? 'query' : 'query_range'}?${parameters}`,
      headers,
    });
    if (status !== 200) throw new Error(`${query}: ${text}`);
    const { data } = JSON.parse(text) as {
      readonly data: {
        readonly result: readonly { readonly value?: readonly unknown[]; readonly values?: readonly string[][] }[];
      };
    };
    return data.result
      .flatMap(({ value, values = [] }) => (isMetric ? [String(value?.[1])] : values.map(([, line = '']) => line)))
      .toSorted();
  }

  test.each(QUERIES)('when the chart %s has labelled them, then it is %s: %s', async (chart, verdict, query) => {
    const judgement = judge(query, ORIGINS[chart]);
    expect(judgement).toMatchObject({ verdict });
    const before = await answer(chart, query);
    expect(before.length).toBeGreaterThan(0);
    const unchanged = await answer(here, query);
    if (verdict === 'nothing') expect(unchanged).toEqual([]);
    // A level here is that of all its spellings.
    else if (verdict === 'good') expect(unchanged).toEqual(expect.arrayContaining([...before]));
    else if (verdict === 'rewrite') {
      expect(await answer(here, judgement.rewritten ?? '')).toEqual(before);
      expect(unchanged).not.toEqual(before);
    }
  });
});
