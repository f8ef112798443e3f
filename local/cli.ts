import * as path from 'node:path';
import { captureFixtures } from '../test/sources/capture';
import { ensureTools } from '../tools/build';
import { TOOL_NAMES } from '../tools/programs';
import { bench, benchLoki, benchNotify, benchRuler } from './bench';
import { currentCluster, startCluster, stopCluster } from './cluster';
import { FORWARDED_PORTS } from './layout';
import { down, status, up, type UpProps } from './up';

const USAGE = `usage: local.js up | down | status | import-image <docker-archive> … | cluster-up | cluster-down | build-tools | bench [loki | ruler | notify] | capture-fixtures [<program> …]`;

const started = Date.now();

function log(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${text}\n`);
}

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

async function main([command, ...args]: readonly string[]): Promise<void> {
  switch (command) {
    case 'up':
      await up(upProps());
      break;
    case 'down':
      await down(upProps());
      log('everything that make up has made is gone');
      break;
    case 'bench':
      if (args[0] === 'loki') await benchLoki(log);
      else if (args[0] === 'ruler') await benchRuler(log);
      else if (args[0] === 'notify') await benchNotify(log);
      else await bench(upProps().project, upProps().gatewayPort, log);
      break;
    case 'capture-fixtures':
      await captureFixtures(upProps().project, args, log);
      break;
    case 'build-tools':
      await ensureTools(TOOL_NAMES, log);
      break;
    case 'cluster-up': {
      const cluster = await startCluster(log);
      process.stdout.write(`export KUBECONFIG=${cluster.kubeconfig}\n`);
      break;
    }
    case 'cluster-down':
      await stopCluster(log);
      log('the local cluster is gone');
      break;
    case 'status':
      await status(upProps());
      break;
    case 'import-image':
      await importImages(args);
      break;
    case '--help':
    case '-h':
      process.stdout.write(`${USAGE}\n`);
      break;
    default:
      throw new Error(USAGE);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
