/** The cdk8s app: every stack file → `<output folder>/<stack>/`. All stacks are rendered before any of them is replaced. */
import { join } from 'node:path';
import { App } from 'cdk8s';
import { ConfigError, folderProblems, loadStackConfig, stackFileName, stackNames } from '../src/config';
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
  const problems = folderProblems(directory);
  const errors = problems.length > 0 ? [new ConfigError('The folder of the stack files', problems)] : [];
  const warnings: string[] = [];
  const stacks = stackNames(directory);
  replaceManifests(outputDirectory, (draft) => {
    for (const stack of stacks) {
      try {
        warnings.push(...rendered(directory, stack, join(draft, stack)));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('\n\n'));
  });
  return warnings;
}

/** Renders one stack, and says what it is warned of. */
function rendered(directory: string, stack: string, outdir: string): readonly string[] {
  const config = loadStackConfig(directory, stack);
  const app = new App({ outdir });
  addStackCharts(app, config, stackFileName(stack));
  app.synth();
  return stackWarnings(config).map((warning) => `${stackFileName(stack)}: ${warning}`);
}
