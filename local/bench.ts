/** `make bench`: what a stack costs, measured in one run, printed as the tables of docs/figures.md. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStackConfig, type StackConfig } from '../src/config';
import { applyStack } from './apply-stack';
import { currentCluster, startCluster, stopCluster } from './cluster';
import { backendImage } from './example-backend';
import { ensureForwards } from './forward';
import { gatewayTables } from './gateway-bench';
import { buildNodeImage } from './images/catalog';
import { applyObjects, kubectl, type Target, waitForRollout } from './kubernetes';
import { loggerTable } from './logger-bench';
import { lokiTables } from './loki-bench';
import { LokiClient } from './loki-client';
import { notifyTable } from './notify-bench';
import { promtailTable } from './promtail-bench';
import { quantile } from './quantile';
import { rulerTable } from './ruler-bench';
import { type Log } from './shell';
import { importStackImages } from './stack-images';

const SYNTH_RUNS = 10;
const PROBES = 1000;
const LOAD_LINES_PER_SECOND = 1000;
const NAMESPACE = 'bench';

/** What can be measured by itself alone; each makes tables of its own. */
const PARTS: Readonly<Record<string, (log: Log) => Promise<string>>> = {
  logger: loggerTable,
  promtail: promtailTable,
  gateway: gatewayTables,
  loki: lokiTables,
  ruler: rulerTable,
  notify: notifyTable,
};

/** The names of the parts. */
export const BENCH_PARTS: readonly string[] = Object.keys(PARTS);

/** Measures one part, and prints its tables. */
export async function benchPart(name: string, log: Log): Promise<void> {
  const tables = PARTS[name];
  if (tables === undefined) throw new Error(`there is no bench ${name}, only: ${BENCH_PARTS.join(', ')}`);
  process.stdout.write(machine());
  process.stdout.write(await tables(log));
}

/** Measures synthesis and each part by itself, then the stack on the local cluster, and prints the tables. */
export async function bench(project: string, port: number, log: Log): Promise<void> {
  process.stdout.write(machine());
  process.stdout.write(await synthTable(project, log));
  for (const tables of Object.values(PARTS)) process.stdout.write(await tables(log));
  if (currentCluster() !== undefined) throw new Error('the local cluster is in use; make down first');
  try {
    process.stdout.write(await clusterTables(project, port, log));
  } finally {
    await stopCluster(log);
  }
}

function machine(): string {
  const [cpu] = os.cpus();
  return `\n${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.version}\n`;
}

interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
}

async function synthTable(project: string, log: Log): Promise<string> {
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-synth-'));
  const program = [process.execPath, path.join(project, 'bin', 'synth.js'), '--output', output];
  const cli = [
    process.execPath,
    path.join(project, 'node_modules', '.bin', 'cdk8s'),
    'synth',
    '--check-upgrade=false',
    '--output',
    output,
  ];
  log(`rendering all stacks ${SYNTH_RUNS} times, by the program and by cdk8s synth`);
  try {
    const rows: string[] = [];
    for (const [name, command] of [
      ['the program: three stacks, validated, rendered', program],
      ['`cdk8s synth` around it', cli],
    ] as const) {
      const samples: Sample[] = [];
      for (let index = 0; index < SYNTH_RUNS + 1; index += 1) samples.push(await measure(command, project));
      const warm = samples.slice(1); // the first fills the file cache and Node's compile cache
      rows.push(
        `| ${name} | ${quantile(
          warm.map(({ seconds }) => seconds),
          0.5,
        ).toFixed(
          2,
        )} s | ${Math.max(...warm.map(({ seconds }) => seconds)).toFixed(2)} s | ${Math.max(...warm.map(({ megabytes }) => megabytes)).toFixed(0)} MB |`,
      );
    }
    return ['', '| synthesis | median | slowest | peak memory |', '|---|---|---|---|', ...rows, ''].join('\n');
  } finally {
    fs.rmSync(output, { recursive: true, force: true });
  }
}

/** Wall time and peak resident memory of a command, which it reports itself as it ends. */
async function measure(command: readonly string[], cwd: string): Promise<Sample> {
  const [program = '', ...args] = command;
  const report = path.join(os.tmpdir(), `bench-rss-${process.pid}`);
  const preload = `${report}.cjs`;
  fs.writeFileSync(
    preload,
    `process.on('exit', () => require('fs').appendFileSync(${JSON.stringify(report)}, process.resourceUsage().maxRSS + '\\n'));`,
  );
  const started = performance.now();
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: `--require=${preload}` },
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  const kilobytes = fs.readFileSync(report, 'utf8').trim().split('\n').map(Number);
  fs.rmSync(report);
  fs.rmSync(preload);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}`);
  return { seconds, megabytes: Math.max(...kilobytes) / 1024 };
}

async function clusterTables(project: string, port: number, log: Log): Promise<string> {
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
