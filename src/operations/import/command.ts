/** `npm run import`: a stack file from the values of charts, or from the config of a running Loki; and what becomes of its queries. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackFileName } from '../../config';
import { LABELS } from '../../log-model';
import { command, EXIT, say, UsageError } from '../command';
import { STACK_OPTIONS } from '../options';
import { type Given, importStack } from './import';
import { isKind, KINDS } from './kinds';
import { judgeFolder } from './logql/folder';
import type { Origin } from './logql/label-map';
import { queryReport } from './logql/report';
import { labelsOfStack } from './logql/stack-labels';

export default command({
  words: '<values.yaml> … <folder of dashboards and rules> …',
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
    const target = join(values.project, stackFileName(values.stack));
    const folders = words.filter((word) => statSync(word).isDirectory());
    const given: readonly Given[] = [
      ...words
        .filter((word) => !folders.includes(word))
        .map((file) => ({ file, bytes: readFileSync(file), kind: chart })),
      ...(values.config === undefined
        ? []
        : [{ file: values.config, bytes: readFileSync(values.config), kind: 'config' as const }]),
    ];
    if (given.length === 0 && folders.length === 0) throw new UsageError('give a values file, --config, or a folder');
    const stack = given.length === 0 ? undefined : importInto(target, given, values.replace);
    const isK8sMonitoring =
      chart === 'k8s-monitoring' || stack?.titles.includes(KINDS['k8s-monitoring'].title) === true;
    const areGood = judgeFolders(folders, {
      jobEndsWith: isK8sMonitoring ? LABELS.container : LABELS.app,
      ...labelsOfStack(target),
    });
    return stack?.isWhole === false || !areGood ? EXIT.bad : EXIT.good;
  },
});

/** Writes the stack file, and says what is in it. */
function importInto(
  target: string,
  given: readonly Given[],
  replace: boolean,
): { readonly isWhole: boolean; readonly titles: readonly string[] } {
  if (existsSync(target) && !replace) throw new UsageError(`${target} is there already; --replace writes it anew`);
  const { report, stackFile, problems, files } = importStack(given);
  writeFileSync(target, stackFile);
  process.stdout.write(`${report}\n`);
  say(`${target} is written${problems.length === 0 ? '' : '; it is not whole yet'}`);
  return { isWhole: problems.length === 0, titles: files.map(({ title }) => title) };
}

/** Says of each query in the folders whether it finds here what it found. Gives whether all do. */
function judgeFolders(folders: readonly string[], origin: Origin): boolean {
  let areGood = true;
  for (const folder of folders) {
    const files = judgeFolder(folder, origin);
    process.stdout.write(`${queryReport(folder, files)}\n`);
    areGood &&= files.every(
      ({ queries, unreadable }) =>
        unreadable === undefined && queries.every(({ judgement }) => judgement.verdict === 'good'),
    );
  }
  return areGood;
}
