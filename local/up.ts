/** `make up` and `make down`: a cluster, the stack `dev` on it, the example backend, and what there is to see. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { gatewayServicePort } from '../src/components/gateway';
import { agentOf, ALERTMANAGER, GATEWAY, GRAFANA, LOKI } from '../src/components/kit/identity';
import { type AgentType, hasGrafana, loadStackConfig, type StackConfig } from '../src/config';
import { secretTable } from '../src/secrets/spec';
import { SAVED_QUERIES } from '../src/dashboards/saved-queries';
import { stackObjects } from '../charts/objects';
import { EXIT, exitCode, type ExitCode, say } from '../src/operations/command';
import { formatStatus, hasColours } from '../src/operations/status/format';
import { applyStack, removeOtherAgents } from './apply-stack';
import { type Cluster, currentCluster, startCluster, stopCluster } from './cluster';
import { CLUSTER_TOOLS } from './components';
import { type Answers, askDashboards } from './dashboards';
import { backendImage, removeBackend, startBackend, startReceiver } from './example-backend';
import { ensureForwards, type Forward, stopForwards } from './forward';
import { buildNodeImage } from './images/catalog';
import { exists, kubectl, type Target, waitForRollout } from './kubernetes';
import { INSTANCE_VARIABLE } from './instance';
import { STATE } from './layout';
import { LokiClient } from './loki-client';
import { processLines } from './processes';
import { missingPulumiPrograms, PulumiStack, summarize } from './pulumi-stack';
import { type Runnable, runnable, withAgent } from './runnable';
import type { Log } from './shell';
import { importStackImages, stackTools } from './stack-images';
import { settledStatus, stackStatus } from './stack-status';
import { targetOf } from './target';
import { waitAloud } from '../programs/wait';
import { ensureTools } from '../tools/build';

export interface UpProps {
  /** Where the stack files are. */
  readonly project: string;
  /** @default dev */
  readonly stack: string;
  /** @default - the stack file's */
  readonly agent?: AgentType;
  /** An existing kube context. @default - the embedded cluster */
  readonly context?: string;
  readonly gatewayPort: number;
  readonly grafanaPort: number;
  readonly log: Log;
}

/** Starts everything that does not run yet. Repeated, it changes nothing. */
export async function up(props: UpProps): Promise<ExitCode> {
  const { project, stack, agent, log, gatewayPort, grafanaPort } = props;
  const cluster =
    props.context === undefined ? await startClusterFor(withAgent(project, stack, agent).config, log) : undefined;
  const target = await targetOf(props.context);
  const what = await runnable(project, stack, target, cluster !== undefined, agent);
  const { config } = what;
  if (cluster !== undefined) {
    log('making and importing the images that the manifests name');
    const backend = await buildNodeImage({ name: backendImage(project), folders: {}, command: [] });
    await importStackImages(cluster, config, [backend], log);
  }

  log(await deploy(props, what, target));
  await waitForStack(target, config, log);
  if (!PulumiStack.exists(pulumiState(props))) await removeOtherAgents(target, config, log);
  log('starting the example backend');
  await startBackend(target, project);
  await startReceiver(target, project);

  const { logging } = config.namespaces;
  const forwards: Forward[] = [
    { port: gatewayPort, namespace: logging, service: GATEWAY.name, servicePort: gatewayServicePort(config) },
    ...(hasGrafana(config)
      ? [{ port: grafanaPort, namespace: logging, service: GRAFANA.name, servicePort: GRAFANA.ports.http }]
      : []),
  ];
  await ensureForwards(
    forwards,
    log,
    props.context === undefined ? undefined : { kubectl: target.kubectl, context: props.context },
  );
  const url = `http://localhost:${gatewayPort}`;
  const loki = new LokiClient({ url });
  const counts = await liveCounts(loki, log);
  const status = await settledStatus(log, () => stackStatus(target, stack, config));
  log('asking every query of the dashboards');
  const dashboards = await askDashboards(target, config, loki);
  process.stdout.write(screen({ ...props, config, target, url, counts, dashboards }));
  process.stdout.write(`${formatStatus(status, hasColours())}\n`);
  const problems = dashboards.flatMap((dashboard) => dashboard.problems);
  if (problems.length > 0) say(`Not every query of the dashboards is answered:\n${problems.join('\n')}`);
  else if (status.verdict !== 'ok') say(`Not all is as it should be: npm run doctor -- --stack ${stack}`);
  else return EXIT.good;
  return EXIT.bad;
}

/** Builds all that is missing before anything runs that would slow it down. */
async function startClusterFor(config: StackConfig, log: Log): Promise<Cluster> {
  await ensureTools([...CLUSTER_TOOLS, ...stackTools(config)], log);
  return startCluster(log);
}

/** What runs: the processes of the embedded cluster, and how the stack is. */
export async function status(props: UpProps): Promise<ExitCode> {
  const { project, stack, context } = props;
  if (context === undefined) process.stdout.write(`${processLines().join('\n')}\n`);
  if (context === undefined && currentCluster() === undefined) return EXIT.good;
  const target = await targetOf(context);
  const { config } = await runnable(project, stack, target, context === undefined, 'running');
  const seen = await stackStatus(target, stack, config);
  process.stdout.write(`\n${formatStatus(seen, hasColours())}`);
  return exitCode(seen.verdict);
}

/** Removes everything {@link up} has made, the cluster included if it is the embedded one. */
export async function down(props: UpProps): Promise<void> {
  if (props.context === undefined) {
    await stopCluster(props.log);
    return;
  }
  const config = loadStackConfig(props.project, props.stack);
  const target = await targetOf(props.context);
  await stopForwards();
  await removeBackend(target);
  const state = pulumiState(props);
  if (PulumiStack.exists(state)) {
    props.log('pulumi destroy');
    const pulumi = new PulumiStack({
      project: props.project,
      state,
      stack: props.stack,
      config,
      context: props.context,
    });
    summarize(await pulumi.destroy(), props.log);
    fs.rmSync(state, { recursive: true });
    return;
  }
  props.log('deleting the stack');
  const objects = [...stackObjects(config)].reverse();
  await kubectl(target, ['delete', '--ignore-not-found', '--timeout=180s', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    timeout: 200,
  });
}

/** Deploys by `pulumi up` where it can, else by server-side apply; returns which, for the reader. */
async function deploy(props: UpProps, what: Runnable, target: Target): Promise<string> {
  const { config, changes, secrets } = what;
  const { project, stack, log } = props;
  const state = pulumiState(props);
  const missing = missingPulumiPrograms();
  const appliedBefore =
    !PulumiStack.exists(state) && (await exists(target, 'statefulset', config.namespaces.logging, LOKI.name));
  if (missing.length > 0 || appliedBefore) {
    const reason = missing.length > 0 ? `${missing.join(', ')} not on PATH` : 'as the last time';
    log(`applying stack ${stack} by server-side apply (${reason})`);
    await applyStack(target, config, secrets);
    return `stack ${stack} applied`;
  }
  log(`applying stack ${stack} by pulumi up (file backend in ${state})`);
  const cluster = currentCluster();
  const pulumi = new PulumiStack({
    project,
    state,
    stack,
    config,
    ...(props.context === undefined ? { kubeconfig: cluster?.kubeconfig ?? '' } : { context: props.context }),
    overrides: changes,
    secrets,
  });
  await pulumi.prepare();
  summarize(await pulumi.up(), log);
  return `stack ${stack} deployed`;
}

/** The embedded cluster's goes with the cluster; another's stays with the user. */
function pulumiState({ context, stack }: UpProps): string {
  if (context === undefined) return path.join(STATE, 'pulumi');
  const base = process.env['XDG_STATE_HOME'] ?? path.join(os.homedir(), '.local', 'state');
  return path.join(base, 'spywatcher-logs', `${context.replace(/[^\w.-]/g, '_')}-${stack}`);
}

async function waitForStack(target: Target, config: StackConfig, log: Log): Promise<void> {
  const { namespaces, alertmanager } = config;
  const workloads: readonly (readonly [string, string])[] = [
    [namespaces.logging, `statefulset/${LOKI.name}`],
    [namespaces.logging, `deployment/${GATEWAY.name}`],
    [namespaces.agents, `daemonset/${agentOf(config).name}`],
    ...(alertmanager.type === 'embedded' ? ([[namespaces.logging, `statefulset/${ALERTMANAGER.name}`]] as const) : []),
    ...(hasGrafana(config) ? ([[namespaces.logging, `deployment/${GRAFANA.name}`]] as const) : []),
  ];
  for (const [namespace, workload] of workloads) {
    const started = Date.now();
    log(`waiting for ${workload}`);
    await waitForRollout(target, namespace, workload, 300);
    log(`${workload}: ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}

async function liveCounts(loki: LokiClient, log: Log): Promise<readonly number[]> {
  await waitAloud({
    what: 'first results of every query',
    timeout: 60,
    log,
    interval: 1000,
    missing: async () => {
      try {
        for (const { expr } of SAVED_QUERIES)
          if ((await loki.count(expr, '1h')) === 0) return `nothing yet for ${expr}`;
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
  return Promise.all(SAVED_QUERIES.map(({ expr }) => loki.count(expr, '1h')));
}

interface ScreenProps extends UpProps {
  readonly config: StackConfig;
  readonly target: Target;
  readonly url: string;
  readonly counts: readonly number[];
  readonly dashboards: readonly Answers[];
}

/** What `make` needs to be told to find the same cluster. */
function variablesOf(context: string | undefined): string {
  const { [INSTANCE_VARIABLE]: instance = '' } = process.env;
  if (context !== undefined) return ` CONTEXT=${context}`;
  return instance === '' ? '' : ` ${INSTANCE_VARIABLE}=${instance}`;
}

/** Lines in the terminal, as they come. */
function logsCommand({ target, stack, config, url }: ScreenProps): string {
  const inCluster = [...target.select, ...(target.kubectl === 'kubectl' ? [] : ['--kubectl', target.kubectl])];
  const where = config.auth.loki.enabled || config.gateway.tls !== undefined ? inCluster : ['--url', url];
  return `npm run --silent logs -- '{job="backend"} | json' --follow --stack ${stack} ${where.join(' ')}`;
}

function whyWithoutGrafana({ context, config }: ScreenProps): string {
  return context === undefined
    ? `the embedded cluster has no registry to pull ${config.images.grafana} from.\n                              Import it (docker save … ; npm run local -- import-image FILE), or make up CONTEXT=…`
    : 'grafana.replicas is 0';
}

function screen(props: ScreenProps): string {
  const { config, target, url, counts, dashboards, grafanaPort, stack, context } = props;
  const command = [target.kubectl, ...target.select].join(' ');
  const grafanaSecret = secretTable(config).find(({ readBy }) => readBy === 'grafana');
  const lines = [
    '',
    `The logging stack runs (stack ${stack}, ${context === undefined ? 'embedded cluster' : `context ${context}`}).`,
    '',
    `  Loki, through the gateway   ${url}`,
    hasGrafana(config)
      ? `  Grafana                     http://localhost:${grafanaPort}`
      : `  Grafana                     not running: ${whyWithoutGrafana(props)}`,
    `  Its credentials             user ${config.grafana.login.adminUser}, Secret ${grafanaSecret?.namespace ?? ''}/${grafanaSecret?.name ?? ''}, key password`,
    `  kubectl                     ${command}`,
    '',
    '  Lines of the last hour      query',
    ...SAVED_QUERIES.map(({ expr }, index) => `  ${String(counts[index] ?? 0).padStart(22)}      ${expr}`),
    '',
    '  Dashboard                   queries answered, and of those with something to show by now',
    ...dashboards.map(
      ({ title, asked, withData, problems }) =>
        `  ${title.padEnd(26)}  ${asked - problems.length} of ${asked}, ${withData}`,
    ),
    '',
    '  Ask one yourself:',
    `    curl -sG ${url}/loki/api/v1/query_range --data-urlencode 'query=${SAVED_QUERIES[1]?.expr ?? ''}' --data-urlencode limit=3`,
    '',
    '  What next?',
    ...(
      [
        ['make incident', 'some bad minutes for the example, and which alerts, messages and panels tell of it'],
        ['make status', 'how it all is'],
        ['make down', 'removes it all'],
      ] as const
    ).map(([make, does]) => `    ${`${make}${variablesOf(context)}`.padEnd(34)}  ${does}`),
    `    ${logsCommand(props)}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}
