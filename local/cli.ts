import * as path from 'node:path';
import { ensureTools } from '../tools/build';
import { TOOL_NAMES } from '../tools/programs';
import { currentCluster, startCluster, stopCluster } from './cluster';
import { FORWARDED_PORTS } from './layout';
import { progress } from './shell';
import { down, status, up, type UpProps } from './up';

const USAGE = `usage: local.js up | down | status | import-image <docker-archive> … | cluster-up | cluster-down | build-tools`;

const log = progress();

async function importImages(archives: readonly string[]): Promise<void> {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster is not running');
  for (const archive of archives) {
    await cluster.importImage(archive);
    log(`imported ${archive}`);
  }
}

/** `make` hands its variables over in the environment. */
function upProps(): UpProps {
  const { STACK = 'dev', CONTEXT = '', GATEWAY_PORT = '', GRAFANA_PORT = '' } = process.env;
  return {
    project: path.join(__dirname, '..', '..'),
    stack: STACK,
    ...(CONTEXT === '' ? {} : { context: CONTEXT }),
    gatewayPort: Number(GATEWAY_PORT || FORWARDED_PORTS.gateway),
    grafanaPort: Number(GRAFANA_PORT || FORWARDED_PORTS.grafana),
    log,
  };
}

interface Command {
  /** What it may be given: any words, one of these or none. @default - nothing */
  readonly takes?: 'any' | readonly string[];
  readonly run: (args: readonly string[]) => Promise<void> | void;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  up: { run: () => up(upProps()) },
  down: {
    run: async () => {
      await down(upProps());
      log('everything that make up has made is gone');
    },
  },
  status: { run: () => status(upProps()) },
  'import-image': { takes: 'any', run: importImages },
  'build-tools': {
    run: async () => {
      await ensureTools(TOOL_NAMES, log);
    },
  },
  'cluster-up': {
    run: async () => {
      const cluster = await startCluster(log);
      process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
    },
  },
  'cluster-down': {
    run: async () => {
      await stopCluster(log);
      log('the local cluster is gone');
    },
  },
};

/** A word too many is a mistake: nothing is started, and nothing is taken down. */
async function main([name = '', ...args]: readonly string[]): Promise<void> {
  if ([name, ...args].some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const { takes = [] } = command ?? {};
  const isUnderstood = takes === 'any' || (args.length <= 1 && args.every((word) => takes.includes(word)));
  if (command === undefined || !isUnderstood) throw new Error(USAGE);
  await command.run(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
