/** The real promtool reads every file that a stack has for a Prometheus. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PROMETHEUS_CONFIG } from '../../src/components/prometheus/config';
import { codeBlocks, readPage } from '../support/docs-page';
import { BUILD_TIMEOUT, programs, removeFolder, run, temporaryFolder } from '../../programs/program';
import { configFile, objectOf, type RenderedStack, stack } from '../../programs/rendered-stack';
import { everyStack } from '../support/every-stack';

let promtool: string;
let folder: string;
beforeAll(async () => {
  ({ promtool } = await programs('promtool'));
  folder = temporaryFolder('promtool');
}, BUILD_TIMEOUT);
afterAll(() => removeFolder(folder));

const has = ({ objects }: RenderedStack, kind: string, name: string): boolean =>
  objects.some((object) => object.kind === kind && object.metadata.name === name);

/** Writes a stack's files where promtool finds them; returns the paths of configuration and rules. */
function written(rendered: RenderedStack): { readonly config: string; readonly rules: string } {
  const own = join(folder, rendered.name);
  mkdirSync(own, { recursive: true });
  const [config, rules] = [join(own, 'prometheus.yaml'), join(own, 'stack-rules.yaml')];
  writeFileSync(
    config,
    configFile(rendered, 'prometheus-config', 'prometheus.yaml').replaceAll(PROMETHEUS_CONFIG, own),
  );
  writeFileSync(rules, configFile(rendered, 'prometheus-config', 'stack-rules.yaml'));
  return { config, rules };
}

const embedded = everyStack().filter((one) => has(one, 'ConfigMap', 'prometheus-config'));
const ofOperator = everyStack().filter((one) => has(one, 'PrometheusRule', 'spywatcher-logs-stack'));

it('there are stacks of both kinds', () => {
  expect(embedded.map(({ name }) => name)).toEqual(expect.arrayContaining(['dev', 'everything']));
  expect(ofOperator.map(({ name }) => name)).toContain('otherwise');
});

describe.each(embedded.map((one) => [one.name, one] as const))('promtool takes from stack %s', (_name, one) => {
  it('the configuration, with the rules that it names', async () => {
    const { code, stdout, stderr } = await run([
      promtool,
      'check',
      'config',
      '--lint=all',
      '--lint-fatal',
      written(one).config,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });
});

describe.each(ofOperator.map((one) => [one.name, one] as const))('promtool takes from stack %s', (_name, one) => {
  it('the rules of its PrometheusRule', async () => {
    const file = join(folder, `${one.name}-rules.yaml`);
    writeFileSync(file, stringify(objectOf(one, 'PrometheusRule', 'spywatcher-logs-stack')['spec']));
    const { code, stderr } = await run([promtool, 'check', 'rules', '--lint=all', '--lint-fatal', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

it('promtool takes every query of the runbooks', async () => {
  const queries = codeBlocks(readPage('runbooks.md'), 'promql');
  expect(queries.length).toBeGreaterThan(30);
  const file = join(folder, 'runbooks.yaml');
  const rules = queries.map((expr, index) => ({ record: `runbook:query:${index}`, expr }));
  writeFileSync(file, stringify({ groups: [{ name: 'runbooks', rules }] }));
  const { code, stderr } = await run([promtool, 'check', 'rules', file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('promtool refuses a rule with a mistake, so that the tests above can fail', async () => {
  const { config, rules } = written(stack('dev'));
  writeFileSync(rules, stringify({ groups: [{ name: 'x', rules: [{ alert: 'X', expr: 'sum(' }] }] }));
  const { code, stderr } = await run([promtool, 'check', 'config', config]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('unclosed left parenthesis');
});
