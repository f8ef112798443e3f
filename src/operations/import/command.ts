/** `npm run import`: a stack file from the values of charts, or from the config of a running Loki. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackFileName } from '../../config';
import { command, EXIT, say, UsageError } from '../command';
import { STACK_OPTIONS } from '../options';
import { type Given, importStack } from './import';
import { isKind, KINDS } from './kinds';

export default command({
  words: '<values.yaml> …',
  options: {
    ...STACK_OPTIONS,
    config: {
      type: 'string',
      value: '<file>',
      description: 'Loki’s own config, or what /config?mode=diff of a running one shows',
    },
    chart: {
      type: 'string',
      value: '<name>',
      description: `whose values the files are: ${Object.keys(KINDS).join(', ')} (default: by their keys)`,
    },
    replace: { type: 'boolean', description: 'a stack file that is there already' },
  },
  run: (values, words) => {
    // A version is the reader's own business: all of 6.x to 18.x are read.
    const chart = values.chart?.split('@')[0];
    if (chart !== undefined && !isKind(chart))
      throw new UsageError(`--chart: ${chart} is none of ${Object.keys(KINDS).join(', ')}`);
    const given: readonly Given[] = [
      ...words.map((file) => ({ file, bytes: readFileSync(file), kind: chart })),
      ...(values.config === undefined
        ? []
        : [{ file: values.config, bytes: readFileSync(values.config), kind: 'config' as const }]),
    ];
    if (given.length === 0) throw new UsageError('give a values file, or --config');
    const target = join(values.project, stackFileName(values.stack));
    if (existsSync(target) && !values.replace)
      throw new UsageError(`${target} is there already; --replace writes it anew`);
    const { report, stackFile, problems } = importStack(given);
    writeFileSync(target, stackFile);
    process.stdout.write(`${report}\n`);
    say(`${target} is written${problems.length === 0 ? '' : '; it is not whole yet'}`);
    return problems.length === 0 ? EXIT.good : EXIT.bad;
  },
});
