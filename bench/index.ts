/** `make bench`: what a stack costs, measured in one run, printed as the tables of docs/figures.md. */
import * as os from 'node:os';
import { currentCluster, stopCluster } from '../local/cluster';
import type { Log } from '../local/shell';
import { agentsTable } from './agents';
import { clusterTables } from './cluster';
import { compressionTable } from './compression';
import { drilldownTable } from './drilldown';
import { gatewayTables } from './gateway';
import { loggerTable } from './logger';
import { lokiTables } from './loki';
import { notifyTable } from './notify';
import { rulerTable } from './ruler';
import { synthTable } from './synthesis';

type Part = (log: Log, project: string, port: number) => Promise<string>;

/** What can be measured by itself alone; each makes tables of its own. */
const PARTS: Readonly<Record<string, Part>> = {
  logger: loggerTable,
  agents: agentsTable,
  gateway: gatewayTables,
  loki: lokiTables,
  compression: compressionTable,
  drilldown: drilldownTable,
  ruler: rulerTable,
  notify: notifyTable,
  cluster: onCluster,
};

/** The names of the parts. */
export const BENCH_PARTS: readonly string[] = Object.keys(PARTS);

/** Measures one part, and prints its tables. */
export async function benchPart(name: string, ...where: Parameters<Part>): Promise<void> {
  const tables = PARTS[name];
  if (tables === undefined) throw new Error(`there is no bench ${name}, only: ${BENCH_PARTS.join(', ')}`);
  process.stdout.write(machine());
  process.stdout.write(await tables(...where));
}

/** Measures synthesis and each part, the stack on the local cluster last, and prints the tables. */
export async function bench(...where: Parameters<Part>): Promise<void> {
  const [log, project] = where;
  process.stdout.write(machine());
  process.stdout.write(await synthTable(project, log));
  for (const tables of Object.values(PARTS)) process.stdout.write(await tables(...where));
}

async function onCluster(...[log, project, port]: Parameters<Part>): Promise<string> {
  if (currentCluster() !== undefined) throw new Error('the local cluster is in use; make down first');
  try {
    return await clusterTables(project, port, log);
  } finally {
    await stopCluster(log);
  }
}

function machine(): string {
  const [cpu] = os.cpus();
  return `\n${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}, Node ${process.version}\n`;
}
