/** What the stack takes on the local cluster: memory, and time from a line written to the line found. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyStack } from '../local/apply-stack';
import { startCluster } from '../local/cluster';
import { backendImage } from '../local/example-backend';
import { ensureForwards } from '../local/forward';
import { buildNodeImage } from '../local/images/catalog';
import { applyObjects, kubectl, type Target, waitForRollout } from '../local/kubernetes';
import { LokiClient } from '../local/loki-client';
import type { Log } from '../local/shell';
import { importStackImages } from '../local/stack-images';
import { loadStackConfig, type StackConfig } from '../src/config';
import { quantile } from './quantile';

const PROBES = 1000;
const LOAD_LINES_PER_SECOND = 1000;
const NAMESPACE = 'bench';

/** Starts the local cluster with stack `dev` on it, and measures; two tables. */
export async function clusterTables(project: string, port: number, log: Log): Promise<string> {
  const config = loadStackConfig(project, 'dev');
  const cluster = await startCluster(log);
  const target: Target = { kubectl: cluster.kubectl, select: ['--kubeconfig', cluster.kubeconfig] };
  const node = backendImage(project);
  await importStackImages(cluster, config, [await buildNodeImage({ name: node, folders: {}, command: [] })], log);
  const ready = await applyAndWait(target, config, log);
  await ensureForwards([{ port, namespace: config.namespaces.logging, service: 'gateway', servicePort: 80 }], log);
  const loki = new LokiClient({ url: `http://localhost:${port}` });

  log('letting the stack idle for 30 s');
  await sleep(30_000);
  const idle = residentMemory();
  await applyObjects(target, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    nodePod(
      node,
      'bench-load',
      `let n=0;setInterval(()=>{let s='';for(let i=0;i<${LOAD_LINES_PER_SECOND / 20};i++)s+=JSON.stringify({timestamp:new Date().toISOString(),level:'info',message:'request handled',n:n++,requestId:'r-'+n,userId:'u-'+n%100,duration:n%250,path:'/guilds/'+n%50+'/members',text:'x'.repeat(120)})+'\\n';process.stdout.write(s)},50)`,
    ),
  ]);
  log(`loading with ${LOAD_LINES_PER_SECOND} lines/s for 60 s`);
  await sleep(60_000);
  const loaded = residentMemory();
  const rate = (await loki.count('{app="bench-load"}', '30s')) / 30;
  log(`${PROBES} probes under that load, one each 60 ms`);
  const latencies = await probe(target, loki, node, log);
  const peak = residentMemory();

  const row = (name: string): string =>
    `| ${name} | ${idle[name] ?? 0} MB | ${loaded[name] ?? 0} MB | ${peak[name] ?? 0} MB |`;
  const sum = (memory: Memory): number => Object.values(memory).reduce((total, value) => total + value, 0);
  return [
    '',
    `| resident memory | idle | under ${Math.round(rate)} lines/s, after 1 min | after the probes |`,
    '|---|---|---|---|',
    ...PROGRAMS.map(row),
    `| together | ${sum(idle)} MB | ${sum(loaded)} MB | ${sum(peak)} MB |`,
    '',
    '| time | p50 | p99 | worst |',
    '|---|---|---|---|',
    `| from a line written to the line queryable, ${latencies.length} probes | ${seconds(quantile(latencies, 0.5))} | ${seconds(quantile(latencies, 0.99))} | ${seconds(Math.max(...latencies))} |`,
    '',
    `Applied to ready (Loki, gateway and Promtail): ${ready.toFixed(1)} s`,
    '',
  ].join('\n');
}

async function applyAndWait(target: Target, config: StackConfig, log: Log): Promise<number> {
  await applyStack(target, config);
  const applied = performance.now();
  log('applied; waiting for Loki, the gateway and Promtail');
  await waitForRollout(target, config.namespaces.logging, 'statefulset/loki', 180);
  await waitForRollout(target, config.namespaces.logging, 'deployment/gateway', 180);
  await waitForRollout(target, config.namespaces.agents, 'daemonset/promtail', 180);
  return (performance.now() - applied) / 1000;
}

/** A pod prints the time with each line; the age at which a query first shows a line is its latency, up to the pause between two queries. */
async function probe(target: Target, loki: LokiClient, image: string, log: Log): Promise<readonly number[]> {
  await applyObjects(target, [
    nodePod(
      image,
      'bench-probe',
      `let n=0;const t=setInterval(()=>{console.log('n='+n+++' t='+Date.now());if(n===${PROBES})clearInterval(t)},60)`,
    ),
  ]);
  const from = new Date();
  const seen = new Map<string, number>();
  const deadline = Date.now() + 180_000;
  while (seen.size < PROBES && Date.now() < deadline) {
    // Lines become visible within seconds: what is older has been seen.
    const entries = await loki.query('{app="bench-probe"}', new Date(Math.max(from.getTime(), Date.now() - 20_000)));
    const now = Date.now();
    for (const { line } of entries) {
      const written = Number(/t=(\d+)/.exec(line)?.[1]);
      if (!seen.has(line)) seen.set(line, now - written);
    }
    await sleep(50);
  }
  if (seen.size < PROBES) throw new Error(`only ${seen.size} of ${PROBES} probes came back`);
  log(`all ${PROBES} probes came back`);
  await kubectl(target, ['-n', NAMESPACE, 'delete', 'pod', 'bench-probe', '--wait=false']);
  return [...seen.values()].map((milliseconds) => milliseconds / 1000);
}

function nodePod(image: string, name: string, script: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'node', image, imagePullPolicy: 'IfNotPresent', command: ['node', '-e', script] }],
    },
  };
}

const PROGRAMS = ['loki', 'nginx', 'promtail'] as const;
type Memory = Readonly<Record<string, number>>;

/** Resident memory in MB of the programs that run in pods, from /proc, all processes of a name together. */
function residentMemory(): Memory {
  const result: Record<string, number> = {};
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      if (
        !PROGRAMS.some((program) => program === name) ||
        !fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes('kubepods')
      )
        continue;
      const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      // Proportional, so that nginx' workers do not count shared pages twice.
      result[name] = (result[name] ?? 0) + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
    } catch {
      // The process has ended since the folder was read.
    }
  }
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, Math.round(value)]));
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
