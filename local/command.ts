/** `make up`, `make incident`, `make down` and the local cluster's own commands. */
import { command, EXIT, type ExitCode, UsageError } from '../src/operations/command';
import { ensureTools } from '../tools/build';
import { projectRoot } from '../tools/cache';
import { TOOL_NAMES } from '../tools/programs';
import { currentCluster, startCluster, stopCluster } from './cluster';
import { makeIncident } from './incident-scene';
import { FORWARDED_PORTS } from './layout';
import { type Log, progress } from './shell';
import { down, status, up, type UpProps } from './up';

async function importImages(log: Log, archives: readonly string[]): Promise<ExitCode> {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster is not running');
  for (const archive of archives) {
    await cluster.importImage(archive);
    log(`imported ${archive}`);
  }
  return EXIT.good;
}

/** `make` hands its variables over in the environment. */
function upProps(log: Log): UpProps {
  const { STACK = 'dev', AGENT = '', CONTEXT = '', GATEWAY_PORT = '', GRAFANA_PORT = '' } = process.env;
  return {
    project: projectRoot(),
    stack: STACK,
    ...agentOption(AGENT),
    ...(CONTEXT === '' ? {} : { context: CONTEXT }),
    gatewayPort: Number(GATEWAY_PORT || FORWARDED_PORTS.gateway),
    grafanaPort: Number(GRAFANA_PORT || FORWARDED_PORTS.grafana),
    log,
  };
}

function agentOption(agent: string): Pick<UpProps, 'agent'> {
  if (agent === '') return {};
  if (agent === 'promtail' || agent === 'collector') return { agent };
  throw new UsageError(`AGENT=${agent} is no agent: set it to promtail or collector`);
}

const IMPORT = 'import-image';

/** The words that the command understands. */
const STEPS: Readonly<Record<string, (log: Log, words: readonly string[]) => Promise<ExitCode>>> = {
  up: (log) => up(upProps(log)),
  down: async (log) => {
    await down(upProps(log));
    log('everything that make up has made is gone');
    return EXIT.good;
  },
  status: (log) => status(upProps(log)),
  incident: (log) => makeIncident(upProps(log)),
  [IMPORT]: importImages,
  'cluster-up': async (log) => {
    const cluster = await startCluster(log);
    process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
    return EXIT.good;
  },
  'cluster-down': async (log) => {
    await stopCluster(log);
    log('the local cluster is gone');
    return EXIT.good;
  },
  'build-tools': async (log) => {
    await ensureTools(TOOL_NAMES, log);
    return EXIT.good;
  },
};

export default command({
  options: {},
  words: `${Object.keys(STEPS).join(' | ')} [<docker-archive> …]`,
  // An unexpected word is a mistake: nothing is started or stopped.
  run: (_, [name = '', ...words]) => {
    const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
    if (step === undefined || (words.length > 0 && name !== IMPORT))
      throw new UsageError(`${[name, ...words].join(' ').trim() || 'nothing'} is not understood`);
    return step(progress(), words);
  },
});
