/** The cdk8s app: every stack file → `<output folder>/<stack>/`. All stacks are rendered before any of them is replaced. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import {
  ConfigError,
  folderProblems,
  loadStackConfig,
  type StackConfig,
  stackFileName,
  stackNames,
} from '../src/config';
import { stackWarnings } from '../src/config/derived/warnings';
import { copyFolder, recover, replaceManifests } from './output-folder';
import { addStackCharts } from './stack';

export { copyFolder, stackNames };

/**
 * Renders every stack.
 *
 * @returns what is to be warned of, each with the stack file that it is about.
 * @throws AggregateError with a ConfigError for each stack that has problems; the output folder is then as it was.
 */
export function synthesize(directory: string, outputDirectory: string): readonly string[] {
  recover(outputDirectory);
  const stacks = loadAll(directory);
  replaceManifests(outputDirectory, (draft) => {
    for (const [stack, config] of stacks) {
      const app = new App({ outdir: join(draft, stack) });
      addStackCharts(app, config);
      app.synth();
    }
  });
  return [...stacks].flatMap(([stack, config]) =>
    stackWarnings(config).map((warning) => `${stackFileName(stack)}: ${warning}`),
  );
}

function loadAll(directory: string): ReadonlyMap<string, StackConfig> {
  const stacks = new Map<string, StackConfig>();
  const errors: ConfigError[] = [];
  const problems = folderProblems(directory);
  if (problems.length > 0) errors.push(new ConfigError('The folder of the stack files', problems));
  for (const stack of stackNames(directory)) {
    try {
      stacks.set(stack, loadStackConfig(directory, stack));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n\n'));
  return stacks;
}
