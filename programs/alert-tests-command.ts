/** `npm run test:alerts`: unit tests of LogQL alert rules, on a real Loki; see docs/alert-tests.md. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatResult, formatSummary, loadTests, runTests } from '../src/alert-tests';
import { stackRules } from '../src/alert-tests/stack-rules';
import { parseStackConfig } from '../src/config';
import { command, EXIT, printJson, say } from '../src/operations/command';
import { intervalOf, JSON_OPTION, STACK_OPTIONS } from '../src/operations/options';
import { projectRoot } from '../tools/cache';
import { ensureTools } from '../tools/build';

/** The tests of this project's own rules. */
function ownTests(): readonly string[] {
  const folder = join(projectRoot(), 'src', 'alerts', 'tests');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));
}

/** The given program, or the one that this project pins. */
async function lokiProgram(given: string | undefined): Promise<string> {
  if (given === undefined) return (await ensureTools(['loki'], say)).loki;
  if (given.includes('/') && !existsSync(given)) throw new Error(`--loki: there is no ${given}`);
  return given;
}

export default command({
  words: '[<test file> …]',
  options: {
    loki: { type: 'string', value: '<program>', description: '(default: this project’s, built from its Go module)' },
    interval: {
      type: 'string',
      value: '<time>',
      default: '1s',
      description: 'between two evaluations; longer on a busy machine',
    },
    project: STACK_OPTIONS.project,
    ...JSON_OPTION,
  },
  run: async ({ loki, interval, project, json }, words) => {
    const milliseconds = intervalOf(interval, 100);
    const files = words.length === 0 ? ownTests() : words;
    const tests = files.flatMap((file) => loadTests(file, (stack) => stackRules(project, stack)));
    const started = Date.now();
    const results = await runTests(tests, {
      loki: await lokiProgram(loki),
      stack: parseStackConfig('alert tests', { environment: 'dev' }),
      interval: milliseconds,
      onProgress: say,
      ...(json ? {} : { onResult: (result) => process.stdout.write(`${formatResult(result)}\n`) }),
    });
    const took = Date.now() - started;
    const passed = results.every((result) => result.passed);
    if (json) printJson({ passed, milliseconds: took, tests: results });
    else process.stdout.write(`\n${formatSummary(results, took)}\n`);
    return passed ? EXIT.good : EXIT.bad;
  },
});
