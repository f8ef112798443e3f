/** What the stack takes on the local cluster: memory, and time from a line written to the line found. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyStack, removeOtherAgents } from '../local/apply-stack';
import { type Cluster, startCluster } from '../local/cluster';
import { backendImage } from '../local/example-backend';
import { ensureForwards } from '../local/forward';
import { buildNodeImage } from '../local/images/catalog';
import { applyObjects, kubectl, type Target, waitForRollout } from '../local/kubernetes';
import { LokiClient } from '../local/loki-client';
import type { Log } from '../local/shell';
import { withAgent } from '../local/runnable';
import { importStackImages } from '../local/stack-images';
import type { AgentType, StackConfig } from '../src/config';
import { quantile } from './quantile';

const PROBES = 1000;
const LOAD_LINES_PER_SECOND = 1000;
const NAMESPACE = 'bench';

/** Starts the local cluster with stack `dev` on it, and measures it with each agent; two tables. */
export async function clusterTables(project: string, port: number, log: Log): Promise<string> {
  const { config } = withAgent(project, 'dev', AGENTS[0]);
  const cluster = await startCluster(log);
  const target: Target = { kubectl: cluster.kubectl, select: ['--kubeconfig', cluster.kubeconfig] };
  const node = backendImage(project);
  await importStackImages(cluster, config, [await buildNodeImage({ name: node, folders: {}, command: [] })], log);
  await applyObjects(target, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
  const measured: (readonly [AgentType, Measured])[] = [];
  for (const agent of AGENTS)
    measured.push([agent, await measure({ project, agent, cluster, target, node, port, log })]);
  const sum = (memory: Memory): number => Object.values(memory).reduce((total, value) => total + value, 0);
  return [
    '',
    `| resident memory | idle | under ${LOAD_LINES_PER_SECOND.toLocaleString('en')} lines/s, after 1 min | after the probes |`,
    '|---|---|---|---|',
    ...measured.flatMap(([agent, { idle, loaded, peak }]) => [
      ...[...PROGRAMS, PROCESSES[agent]].map(
        (name) => `| ${name} | ${idle[name] ?? 0} MB | ${loaded[name] ?? 0} MB | ${peak[name] ?? 0} MB |`,
      ),
      `| with ${agent}, together | ${sum(idle)} MB | ${sum(loaded)} MB | ${sum(peak)} MB |`,
    ]),
    '',
    '| from a line written to the line queryable | p50 | p99 | worst |',
    '|---|---|---|---|',
    ...measured.flatMap(([agent, { rate, latencies }]) =>
      FORMS.map((form) => {
        const times = latencies[form];
        return `| ${agent}, ${form}, ${times.length} probes under ${Math.round(rate)} lines/s | ${seconds(quantile(times, 0.5))} | ${seconds(quantile(times, 0.99))} | ${seconds(Math.max(...times))} |`;
      }),
    ),
    '',
    ...measured.map(
      ([agent, { ready }]) =>
        `Applied to ready (what was not there yet of Loki, the gateway and ${agent}): ${ready.toFixed(1)} s`,
    ),
    '',
  ].join('\n');
}

const AGENTS = ['promtail', 'collector'] as const satisfies readonly AgentType[];
/** The name of an agent's process. */
const PROCESSES: Readonly<Record<AgentType, string>> = { promtail: 'promtail', collector: 'otelcol-contrib' };

interface Measured {
  /** Seconds. */
  readonly ready: number;
  readonly idle: Memory;
  readonly loaded: Memory;
  readonly peak: Memory;
  /** Lines a second. */
  readonly rate: number;
  readonly latencies: Readonly<Record<Form, readonly number[]>>;
}

interface Scene {
  readonly project: string;
  readonly agent: AgentType;
  readonly cluster: Cluster;
  readonly target: Target;
  /** An image with Node.js. */
  readonly node: string;
  readonly port: number;
  readonly log: Log;
}

async function measure({ project, agent, cluster, target, node, port, log }: Scene): Promise<Measured> {
  const { config } = withAgent(project, 'dev', agent);
  await importStackImages(cluster, config, [], log);
  const ready = await applyAndWait(target, config, agent, log);
  await removeOtherAgents(target, config, log);
  await ensureForwards([{ port, namespace: config.namespaces.logging, service: 'gateway', servicePort: 80 }], log);
  const loki = new LokiClient({ url: `http://localhost:${port}` });

  log('letting the stack idle for 30 s');
  await sleep(30_000);
  const programs = [...PROGRAMS, PROCESSES[agent]];
  const idle = residentMemory(programs);
  const load = `bench-load-${agent}`;
  await applyObjects(target, [
    nodePod(
      node,
      load,
      `let n=0;setInterval(()=>{let s='';for(let i=0;i<${LOAD_LINES_PER_SECOND / 20};i++)s+=JSON.stringify({timestamp:new Date().toISOString(),level:'info',message:'request handled',n:n++,requestId:'r-'+n,userId:'u-'+n%100,duration:n%250,path:'/guilds/'+n%50+'/members',text:'x'.repeat(120)})+'\\n';process.stdout.write(s)},50)`,
    ),
  ]);
  log(`loading with ${LOAD_LINES_PER_SECOND} lines/s for 60 s`);
  await sleep(60_000);
  const loaded = residentMemory(programs);
  const rate = (await loki.count(`{app="${load}"}`, '30s')) / 30;
  log(`${PROBES} probes under that load, one each 60 ms`);
  const latencies = {
    JSON: await probe('JSON', { target, loki, node, agent, log }),
    text: await probe('text', { target, loki, node, agent, log }),
  };
  const peak = residentMemory(programs);
  await kubectl(target, ['-n', NAMESPACE, 'delete', 'pod', load, '--wait=false']);
  return { ready, idle, loaded, peak, rate, latencies };
}

async function applyAndWait(target: Target, config: StackConfig, agent: AgentType, log: Log): Promise<number> {
  await applyStack(target, config);
  const applied = performance.now();
  log(`applied; waiting for Loki, the gateway and ${agent}`);
  await waitForRollout(target, config.namespaces.logging, 'statefulset/loki', 180);
  await waitForRollout(target, config.namespaces.logging, 'deployment/gateway', 180);
  await waitForRollout(target, config.namespaces.agents, `daemonset/${agent}`, 180);
  return (performance.now() - applied) / 1000;
}

/** A pod prints the time with each line; the age at which a query first shows a line is its latency, up to the pause between two queries. */
async function probe(
  form: Form,
  { target, loki, node, agent, log }: Pick<Scene, 'target' | 'node' | 'agent' | 'log'> & { readonly loki: LokiClient },
): Promise<readonly number[]> {
  const name = `bench-probe-${form.toLowerCase()}-${agent}`;
  await applyObjects(target, [
    nodePod(
      node,
      name,
      `let n=0;const t=setInterval(()=>{console.log(${PRINTED[form]});if(n===${PROBES})clearInterval(t)},60)`,
    ),
  ]);
  const from = new Date();
  const seen = new Map<string, number>();
  const deadline = Date.now() + 180_000;
  while (seen.size < PROBES && Date.now() < deadline) {
    // Lines become visible within seconds: what is older has been seen.
    const entries = await loki.query(`{app="${name}"}`, new Date(Math.max(from.getTime(), Date.now() - 20_000)));
    const now = Date.now();
    for (const { line } of entries) {
      const written = Number(/t=(\d+);/.exec(line)?.[1]);
      if (!seen.has(line)) seen.set(line, now - written);
    }
    await sleep(50);
  }
  if (seen.size < PROBES) throw new Error(`only ${seen.size} of ${PROBES} probes came back`);
  log(`all ${PROBES} probes of ${form} came back`);
  await kubectl(target, ['-n', NAMESPACE, 'delete', 'pod', name, '--wait=false']);
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

const FORMS = ['JSON', 'text'] as const;
type Form = (typeof FORMS)[number];
/** What a probe's line is made of, in JavaScript. The number makes it one of its own. */
const PRINTED: Readonly<Record<Form, string>> = {
  JSON: `JSON.stringify({level:'info',message:'n='+n+++' t='+Date.now()+';'})`,
  text: `'n='+n+++' t='+Date.now()+';'`,
};

/** Beside the agent. */
const PROGRAMS = ['loki', 'nginx'];
type Memory = Readonly<Record<string, number>>;

/** Resident memory in MB of the programs that run in pods, from /proc, all processes of a name together. */
function residentMemory(programs: readonly string[]): Memory {
  const result: Record<string, number> = {};
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const name = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      if (!programs.includes(name) || !fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes('kubepods')) continue;
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
