/** Selectors and expressions that synth accepts: the real Loki's config is valid with them, and the real Promtail starts. */
import { join } from 'node:path';
import fc from 'fast-check';
import { ConfigError, parseStackConfig, type StackConfigInput } from '../../src/config';
import { writeLokiFiles } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, run, say, temporaryFolder } from '../../programs/program';
import { type Container, PodLogs } from '../../programs/pod-logs';
import { startPromtail } from '../../programs/promtail';
import { secretValues, variant } from '../../programs/rendered-stack';
import { SEED } from '../support/seed';
import { expressionText, selectorText } from '../support/expression-cases';

const CASES = process.env['SOAK'] === undefined ? 400 : 1_500;
let loki: string;
let promtail: string;
beforeAll(async () => {
  ({ loki, promtail } = await programs('loki', 'promtail'));
}, BUILD_TIMEOUT);

const POD: Container = { namespace: 'a', pod: 'a', container: 'a' };

const stackOf = (differences: Partial<StackConfigInput>): StackConfigInput => ({ environment: 'dev', ...differences });

/** What synth has against it. */
function refusal(differences: Partial<StackConfigInput>): string | undefined {
  try {
    parseStackConfig('test', stackOf(differences));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ rule }) => rule).join('; ');
    throw error;
  }
}

/** Those that synth accepts one by one, and those that RE2 or Go cannot read; others are refused for what they would do. */
function judged<T>(cases: readonly T[], stackWith: (one: T, index: number) => Partial<StackConfigInput>) {
  const rules = cases.map((one, index) => refusal(stackWith(one, index)));
  return {
    accepted: cases.filter((_, index) => rules[index] === undefined),
    unreadable: cases.filter((_, index) => /RE2 says|escapes that Go knows/.test(rules[index] ?? '')),
  };
}

const said = (what: string, { accepted, unreadable }: ReturnType<typeof judged>): void =>
  say(`${CASES} ${what}: ${accepted.length} accepted, ${unreadable.length} unreadable`);

/** What Loki has against a config with these selectors. */
async function lokiError(selectors: readonly string[]): Promise<string | undefined> {
  const folder = temporaryFolder('accepted-selectors');
  const rendered = variant('selectors', stackOf(retentionOf(...selectors)));
  const { code, stderr } = await run([loki, ...writeLokiFiles(rendered, folder), '-verify-config']);
  removeFolder(folder);
  return code === 0 ? undefined : stderr;
}

const retentionOf = (...selectors: readonly string[]): Partial<StackConfigInput> => ({
  retention: { streams: selectors.map((selector) => ({ selector, period: '60d' })) },
});

/** Why Promtail does not start with this part of the config. */
async function promtailError(agent: StackConfigInput['agent']): Promise<string | undefined> {
  const folder = temporaryFolder('accepted-expressions');
  const rendered = variant('expressions', stackOf({ agent }));
  // It is ready when it has something to read.
  const logs = new PodLogs(join(folder, 'pods'));
  logs.append(POD, ['2026-01-02T03:04:05Z stdout F a line']);
  const options = { folder, logs, targets: [POD], values: secretValues(rendered), gatewayPort: 9, dryRun: true };
  try {
    await (await startPromtail(promtail, rendered, options)).stop();
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    removeFolder(folder);
  }
}

const dropOf = (patterns: readonly string[], keep = 0): StackConfigInput['agent'] => ({
  drop: patterns.map((pattern, index) => ({ name: `drop-${index}`, selector: '{job="a"}', patterns: [pattern], keep })),
});
const redactOf = (expressions: readonly string[]): StackConfigInput['agent'] => ({
  redact: expressions.map((expression, index) => ({ name: `redact-${index}`, expression })),
});
const selectedOf = (selectors: readonly string[]): StackConfigInput['agent'] => ({
  drop: selectors.map((selector, index) => ({ name: `drop-${index}`, selector })),
});

describe('selectors', () => {
  const cases = fc.sample(selectorText, { seed: SEED, numRuns: CASES }).map((selector, index) => selector(index));
  const ofRetention = judged(cases, (selector) => retentionOf(selector));
  const ofAgent = judged(cases, (selector) => ({ agent: selectedOf([selector]) }));

  test('of retention that synth accepts are in a config that Loki takes', async () => {
    said('selectors of retention', ofRetention);
    // Each by itself would be a start of Loki; one that is wrong is named in what it says.
    expect(await lokiError(ofRetention.accepted)).toBeUndefined();
    expect(ofRetention.accepted.length).toBeGreaterThan(CASES / 10);
  });

  test('of the agent that synth accepts are in a config that Promtail takes', async () => {
    said('selectors of the agent', ofAgent);
    expect(await promtailError(selectedOf(ofAgent.accepted))).toBeUndefined();
    expect(ofAgent.accepted.length).toBeGreaterThan(CASES / 10);
  });
});

describe('expressions', () => {
  const cases = fc.sample(expressionText, { seed: SEED, numRuns: CASES });
  const drops = judged(cases, (pattern) => ({ agent: dropOf([pattern]) }));
  const redactions = judged(cases, (expression) => ({ agent: redactOf([expression]) }));

  test('of lines to drop that synth accepts are in a config that Promtail takes, joined ones as well', async () => {
    said('expressions of lines to drop', drops);
    const { accepted } = drops;
    expect(await promtailError(dropOf(accepted))).toBeUndefined();
    const joined = { drop: [{ name: 'joined', selector: '{job="a"}', patterns: accepted.slice(0, 50), keep: 0.5 }] };
    expect(await promtailError(joined)).toBeUndefined();
    expect(accepted.length).toBeGreaterThan(CASES / 10);
  });

  test('to take out that synth accepts are in a config that Promtail takes', async () => {
    said('expressions to take out', redactions);
    expect(await promtailError(redactOf(redactions.accepted))).toBeUndefined();
    expect(redactions.accepted.length).toBeGreaterThan(CASES / 10);
  });
});
