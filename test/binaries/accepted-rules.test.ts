/** What synth accepts, the real Loki loads and evaluates: rule files by grammar, valid and mutated, are given to both. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { tenantRules } from '../../src/alerts';
import { ConfigError, type StackConfig } from '../../src/config';
import { configWith } from '../support/config';
import { changedFiles, lokiFiles, type RunningLoki, startLoki } from '../../programs/loki';
import { BUILD_TIMEOUT, programs, removeFolder, say, temporaryFolder, until } from '../../programs/program';
import { variant } from '../../programs/rendered-stack';
import { type RuleCase, ruleCase } from '../support/rule-cases';
import { send } from '../../programs/request';
import { SEED } from '../support/seed';

const CASES = process.env['SOAK'] === undefined ? 400 : 4_000;
const TENANT = 'spywatcher';

let folder: string;
let loki: RunningLoki;

beforeAll(async () => {
  const rendered = variant('accepted-rules', { environment: 'dev' });
  folder = temporaryFolder('accepted-rules');
  loki = await startLoki((await programs('loki')).loki, rendered, {
    folder,
    files: changedFiles(lokiFiles(rendered), { ruler: { poll_interval: '1s' } }),
  });
}, BUILD_TIMEOUT);
afterAll(async () => {
  await loki.stop();
  removeFolder(folder);
});

/** The config with this file, or what synth has against it. */
function synth(content: string): StackConfig | ConfigError {
  try {
    return configWith({ monitoring: { type: 'embedded' }, alerting: { files: [{ path: 'own.yaml', content }] } });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

const get = (path: string, tenant = TENANT) => send({ port: loki.port, path, headers: { 'X-Scope-OrgID': tenant } });

/** What Loki has against a rule file that a tenant of its own has; it reads the file when it is asked. */
async function loadError(text: string, tenant: string): Promise<string | undefined> {
  mkdirSync(join(folder, 'rules', tenant), { recursive: true });
  writeFileSync(join(folder, 'rules', tenant, 'own.yaml'), text);
  const answer = await get('/loki/api/v1/rules', tenant);
  removeFolder(join(folder, 'rules', tenant));
  return answer.status === 200 ? undefined : answer.text.trim();
}

/** What Loki has against an expression when it is evaluated: also what it does not look at when it loads a rule. */
async function evaluationError(expr: string): Promise<string | undefined> {
  const answer = await get(`/loki/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
  return answer.status === 200 ? undefined : answer.text.trim();
}

const rendered = (config: StackConfig): string =>
  stringify(tenantRules(config)[0]?.files['own.yaml'], { lineWidth: 0, aliasDuplicateObjects: false });

test('what synth accepts, Loki loads and evaluates', async () => {
  const cases = fc.sample(ruleCase, { seed: SEED, numRuns: CASES });
  const accepted: { readonly made: RuleCase; readonly text: string }[] = [];
  const refused: { readonly made: RuleCase; readonly error: ConfigError }[] = [];
  for (const made of cases) {
    const judged = synth(made.text);
    if (judged instanceof ConfigError) refused.push({ made, error: judged });
    else accepted.push({ made, text: rendered(judged) });
  }
  const wrong: string[] = [];
  for (const [index, { made, text }] of accepted.entries()) {
    const error = (await loadError(text, `accepted-${index}`)) ?? (await evaluationError(made.expr));
    if (error !== undefined) wrong.push(`${made.text}\n  ${error}`);
  }
  const needless: string[] = [];
  for (const [index, { made, error }] of refused.entries())
    if (
      (await loadError(made.text, `refused-${index}`)) === undefined &&
      (await evaluationError(made.expr)) === undefined
    )
      needless.push(`${error.problems.map(({ rule }) => rule).join('; ')}\n  ${made.text}`);
  say(
    `${cases.length} rule files: ${accepted.length} accepted, ${refused.length} refused; ${needless.length} of those Loki would take`,
  );
  if (process.env['SHOW_NEEDLESS'] !== undefined) say(needless.join('\n'));
  expect(wrong).toEqual([]);
  expect(accepted.length).toBeGreaterThan(cases.length / 5);
});

test('all of them at once are in force', async () => {
  const made = fc.sample(ruleCase, { seed: SEED + 1, numRuns: CASES / 4 }).map(({ text }) => synth(text));
  const files = made.flatMap((config) => (config instanceof ConfigError ? [] : [rendered(config)]));
  files.forEach((text, index) => writeFileSync(join(folder, 'rules', TENANT, `own-${index}.yaml`), text));
  await until('the rules', async () => {
    const { text } = await get('/prometheus/api/v1/rules');
    const { data } = JSON.parse(text) as { readonly data: { readonly groups: readonly { readonly file: string }[] } };
    const own = data.groups.filter(({ file }) => file.includes('own-'));
    return own.length === files.length ? undefined : `${own.length} of ${files.length} are loaded`;
  });
});
