/** `npm run capture-fixtures`: all of them, or those of the programs that are named. */
import { progress } from '../../local/shell';
import { projectRoot } from '../../tools/cache';
import { captureFixtures } from './capture';

const USAGE = 'usage: capture-fixtures.js [<program> …]';

async function main(words: readonly string[]): Promise<void> {
  if (words.some((word) => word === '--help' || word === '-h')) process.stdout.write(`${USAGE}\n`);
  else if (words.some((word) => word.startsWith('-'))) throw new Error(USAGE);
  else await captureFixtures(projectRoot(), words, progress());
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
