/** The cdk8s app: every stack file → `<output folder>/<stack>/`. All stacks are read before the first file is written. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { ConfigError, loadStackConfig, type StackConfig } from '../src/config';
import { sizeWarnings } from '../src/config/sizing';
import { addStackCharts } from './stack';

/** Names of the stacks that have a file in `directory`. */
export function stackNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * Renders every stack.
 *
 * @returns what is to be warned of, each with the stack file that it is about.
 * @throws ConfigError, before any file is written, with the problems of all stacks.
 */
export function synthesize(directory: string, outputDirectory: string): readonly string[] {
  const stacks = loadAll(directory);
  for (const [stack, config] of stacks) {
    const app = new App({ outdir: join(outputDirectory, stack) });
    addStackCharts(app, config);
    app.synth();
  }
  return [...stacks].flatMap(([stack, config]) =>
    sizeWarnings(config).map((warning) => `Pulumi.${stack}.yaml: ${warning}`),
  );
}

function loadAll(directory: string): ReadonlyMap<string, StackConfig> {
  const stacks = new Map<string, StackConfig>();
  const errors: ConfigError[] = [];
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
