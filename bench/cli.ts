/** `npm run bench`: all of it, or one part. */
import { projectRoot } from '../tools/cache';
import { progress } from '../local/shell';
import { FORWARDED_PORTS } from '../local/layout';
import { bench, BENCH_PARTS, benchPart } from './index';

const USAGE = `usage: bench.js [${BENCH_PARTS.join(' | ')}]`;

async function main(words: readonly string[]): Promise<void> {
  if (words.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const [part] = words;
  if (words.length > 1 || (part !== undefined && !BENCH_PARTS.includes(part))) throw new Error(USAGE);
  const { GATEWAY_PORT = '' } = process.env;
  const log = progress();
  if (part === undefined) await bench(projectRoot(), Number(GATEWAY_PORT || FORWARDED_PORTS.gateway), log);
  else await benchPart(part, log);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
