/**
 * Given a cluster with Loki and Promtail as the community's charts make them, lines of several days, and pods that write a thousand
 * lines a second, and where the kernel has IPv6, a network of both families; when the charts' values are imported, and the steps of docs/from-charts.md are gone, then every line is there, and every
 * query about the past has the same answer. The new agent is the Collector.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBuilt } from '../../bin/ensure-built';
import { secretManifests } from '../../charts/secret-manifests';
import { startCluster, stopCluster } from '../../local/cluster';
import { ensureForwards } from '../../local/forward';
import { buildClientImage, buildPromtailImage } from '../../local/images/catalog';
import { applyObjects, kubectl, type Target as Cluster, waitForRollout } from '../../local/kubernetes';
import { FAMILIES } from '../../local/layout';
import { LokiClient } from '../../local/loki-client';
import { importStackImages } from '../../local/stack-images';
import { freePorts, until } from '../../programs/program';
import type { RenderedStack } from '../../programs/rendered-stack';
import { send } from '../../programs/request';
import { eventually } from '../../programs/wait';
import { gatewayServicePort } from '../../src/components/gateway';
import { imageReference } from '../../src/components/kit/container';
import type { StackConfig, StackConfigInput } from '../../src/config';
import { generateSecretValues } from '../../src/secrets/values';
import { lastLinesMissing, settle } from '../durability/ledger';
import { APP, startWriters, stopWriters, writtenRuns } from '../durability/writers';
import { applyRendered, appsNamespace, CLIENT_IMAGE, log, targetOf } from '../e2e/cluster';
import { movedStack, Past, type Target } from '../support/moving';
import { chartLoki, chartPromtail, LOKI_NAMESPACE, LOKI_PORT, PROMTAIL_NAMESPACE, VALUES } from './chart';

/** What is decided after the import: Grafana cannot run here, and the rest is this cluster's. */
const DECIDED: Partial<StackConfigInput> = {
  network: { ipFamilies: [...FAMILIES] },
  grafana: { replicas: 0 },
  alertmanager: { type: 'none' },
  // All requests of the tests come from one address.
  gateway: { failedLoginsPerMinute: 1000 },
  resources: { loki: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '2', memory: '768Mi' } } },
};

const began = new Date(Date.now() - 60 * 60_000);
const past = new Past(Date.now());
let target: Cluster;
let before: readonly string[];
let config: StackConfig;
/** The gateway of the stack, and who reads there. */
let port: number;
let password: string;
let loki: LokiClient;

/** The imported stack, with what is decided then. `since` is the moment of the move. */
const imported = (since: string): RenderedStack =>
  movedStack(VALUES, { ...DECIDED, agent: { type: 'collector', since } });

/** A port of this machine that leads to a Service. */
async function forwarded(namespace: string, service: string, servicePort: number): Promise<number> {
  const [port = 0] = await freePorts(1);
  await ensureForwards([{ port, namespace, service, servicePort }], log);
  return port;
}

/** Seconds from the moment that the stack file names until the old Loki ends: what the old agent has read then, it has delivered. */
const LEAD = 30;
/** Lines of this many seconds are the old agent's alone. */
const OLD_ALONE = 15;

const moment = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/** A cluster with the charts' stack. */
async function startCharts(): Promise<void> {
  // Some processes of the cluster are programs of this project.
  ensureBuilt('local');
  const cluster = await startCluster(log);
  target = targetOf(cluster);
  ({ config } = imported(moment(Date.now())));
  const promtail = imageReference(config.images.promtail, config.images);
  await importStackImages(
    cluster,
    config,
    [await buildClientImage(CLIENT_IMAGE), await buildPromtailImage(promtail, log)],
    log,
  );
  await applyObjects(target, [appsNamespace()]);
  for (const objects of [chartLoki(imageReference(config.images.loki, config.images)), chartPromtail(promtail)]) {
    await applyObjects(target, objects.slice(0, 1));
    await applyObjects(target, objects.slice(1));
  }
  await waitForRollout(target, LOKI_NAMESPACE, 'statefulset/loki', 120);
  await waitForRollout(target, PROMTAIL_NAMESPACE, 'daemonset/promtail', 60);
}

/** Lines of days, and those that are written now. */
async function fill(): Promise<void> {
  const oldPort = await forwarded(LOKI_NAMESPACE, 'loki', LOKI_PORT);
  const old: Target = { port: oldPort };
  await eventually(
    () => past.write(old).then(() => true),
    () => true,
    30,
  );
  expect((await send({ port: oldPort, path: '/flush', method: 'POST' })).status).toBe(204);
  await until('the past', async () => ((await past.answers(old)).length > past.lines ? undefined : 'few lines'));
  before = await past.answers(old);
  await startWriters(target);
  const oldLoki = new LokiClient({ url: `http://localhost:${oldPort}` });
  await eventually(
    () => oldLoki.count(`{app="${APP}"}`, '1m'),
    (lines) => lines > 1000 * OLD_ALONE,
    90,
  );
}

/** The steps of the page. */
async function moveIn(): Promise<void> {
  const stack = imported(moment(Date.now()));
  ({ config } = stack);
  log(`${LEAD} seconds until the chart’s Loki ends`);
  await sleep(LEAD * 1000);
  const { logging, agents } = config.namespaces;
  log('ending the chart’s Loki');
  await kubectl(target, ['-n', LOKI_NAMESPACE, 'scale', 'statefulset/loki', '--replicas=0']);
  await kubectl(target, ['-n', LOKI_NAMESPACE, 'wait', 'pod/loki-0', '--for=delete', '--timeout=60s'], { timeout: 70 });

  log('its volume becomes the stack’s');
  const { objects } = stack;
  await applyObjects(
    target,
    objects.filter(({ kind }) => kind === 'Namespace'),
  );
  const volume = await kubectl(target, [
    '-n',
    LOKI_NAMESPACE,
    'get',
    'pvc',
    'storage-loki-0',
    '-o',
    'jsonpath={.spec.volumeName}',
  ]);
  await kubectl(target, ['patch', 'pv', volume, '-p', '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}']);
  await kubectl(target, ['-n', LOKI_NAMESPACE, 'delete', 'pvc', 'storage-loki-0']);
  await kubectl(target, ['patch', 'pv', volume, '--type=json', '-p', '[{"op":"remove","path":"/spec/claimRef"}]']);
  await applyObjects(target, [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: 'data-loki-0',
        namespace: logging,
        labels: { 'app.kubernetes.io/name': 'loki', 'app.kubernetes.io/part-of': 'spywatcher-logs' },
      },
      spec: { accessModes: ['ReadWriteOnce'], volumeName: volume, resources: { requests: { storage: '2Gi' } } },
    },
  ]);

  log('applying the stack');
  const values = generateSecretValues(config);
  await applyRendered(target, objects, secretManifests(config, values));
  for (const [namespace, workload] of [
    [logging, 'statefulset/loki'],
    [logging, 'deployment/gateway'],
    [agents, 'daemonset/collector'],
  ] as const)
    await waitForRollout(target, namespace, workload, 180);
  log('removing the chart’s Promtail');
  await kubectl(target, ['delete', 'namespace', PROMTAIL_NAMESPACE, '--timeout=90s'], { timeout: 100 });

  port = await forwarded(logging, 'gateway', gatewayServicePort(config));
  password = values['gateway.grafana'] ?? '';
  loki = new LokiClient({ url: `http://localhost:${port}`, user: 'grafana', password });
}

beforeAll(async () => {
  await startCharts();
  await fill();
  await moveIn();
}, 1_200_000);
afterAll(() => stopCluster(log));

test('then every Service and every pod has addresses of the cluster’s families', async () => {
  const { logging } = config.namespaces;
  const families = 'jsonpath={range .items[?(@.spec.clusterIP!="None")]}{.spec.ipFamilies}{"\\n"}{end}';
  const services = await kubectl(target, ['-n', logging, 'get', 'services', '-o', families]);
  expect(new Set(services.trim().split('\n'))).toEqual(new Set([JSON.stringify(FAMILIES)]));
  const addresses = await kubectl(target, ['-n', logging, 'get', 'pods', '-o', 'jsonpath={.items[*].status.podIPs}']);
  expect(addresses.match(/"ip":/g)?.length).toBe(FAMILIES.length * addresses.split('] [').length);
});

test('then every query about the past has the same answer', async () => {
  const asked = await eventually(
    () => past.answers({ port, credential: `grafana:${password}` }),
    (answers) => answers.length >= before.length,
    60,
  );
  expect(asked).toEqual(before);
});

test('then every line is there, and only those since the named moment are there twice', async () => {
  log('waiting for the new agent to catch up');
  await eventually(
    () => loki.count(`{app="${APP}"}`, '10s'),
    (lines) => lines > 1000,
    120,
  );
  await stopWriters(target);
  const runs = await writtenRuns(target);
  await eventually(
    () => lastLinesMissing(loki, runs, began),
    (missing) => missing.length === 0,
    120,
  );
  const { bySource } = await settle(loki, runs, [], began);
  log(
    bySource
      .map(({ name, written, lost, twice }) => `${name}: ${written} written, ${lost} lost, ${twice} twice`)
      .join('\n    e2e: '),
  );
  expect(bySource.filter(({ written }) => written === 0)).toEqual([]);
  expect(bySource.filter(({ lost }) => lost > 0)).toEqual([]);
  // Some are of the old agent alone: the new one has not read everything again.
  expect(bySource.filter(({ written, twice }) => twice >= written)).toEqual([]);
}, 600_000);

test('then rules are evaluated', async () => {
  log('waiting for rules to be evaluated');
  await eventually(
    async () => {
      const raw = ['get', '--raw', `/api/v1/namespaces/${config.namespaces.logging}/pods/loki-0:3100/proxy/metrics`];
      return kubectl(target, raw);
    },
    (metrics) => /^loki_prometheus_rule_evaluations_total\{.*\} [1-9]/m.test(metrics),
    120,
  );
});
