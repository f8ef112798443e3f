/** The Pulumi program as the engine runs it: config in, resources and outputs out. */
import * as pulumi from '@pulumi/pulumi';
import * as configModule from '../../../src/config';
import * as loggingStack from '../../../src/deploy/logging-stack';
import { stackObjects } from '../../../src/deploy/objects';
import { configWith } from '../../support/config';
import { failureOf, recorded, type Registered, revealed, valueOf, withoutSecrets } from '../../support/pulumi-mocks';
import { plantedSecrets } from '../../support/secrets';

type Program = typeof import('../../../src/deploy/main');

const SECRETS = {
  grafana: { adminPassword: 'planted-password', secretKey: 'planted-secret-key-1' },
  gateway: { promtail: 'planted-kX7f2Qm9Lw4Zr8Tn', grafana: 'planted-Bv5h8Jd3Ys6Pc1Ge' },
};
const CONFIG = {
  'spywatcher-logs:environment': 'staging',
  'spywatcher-logs:namespaces': '{"logging":"watch","agents":"watch-agents"}',
  'spywatcher-logs:grafana': '{"url":"https://watch.example.com"}',
  'spywatcher-logs:secrets': JSON.stringify(SECRETS),
  'aws:region': '{not for us',
};

/** Runs the program afresh: it deploys when it is loaded. */
const load = (config: Readonly<Record<string, string>>) => () => {
  pulumi.runtime.setAllConfig(config, ['spywatcher-logs:secrets']);
  let program: Program | undefined;
  jest.isolateModules(() => {
    // Only the program is loaded afresh; what it stands on stays, and with it the mocks.
    jest.doMock('@pulumi/pulumi', () => pulumi);
    jest.doMock('../../../src/config', () => configModule);
    jest.doMock('../../../src/deploy/logging-stack', () => loggingStack);
    program = jest.requireActual<Program>('../../../src/deploy/main');
  });
  if (program === undefined) throw new Error('Expected the program.');
  return program;
};

describe('given the config of a stack and its secrets, the program', () => {
  let resources: readonly Registered[];
  let program: Program | undefined;
  beforeAll(async () => {
    resources = await recorded(() => (program = load(CONFIG)()));
  });

  it('registers the same objects as synth renders', () => {
    const config = configWith({
      environment: 'staging',
      namespaces: { logging: 'watch', agents: 'watch-agents' },
      grafana: { url: 'https://watch.example.com' },
    });
    const count = stackObjects(config).length + Object.keys(plantedSecrets(config)).length;
    expect(resources.filter(({ type }) => type.startsWith('kubernetes:'))).toHaveLength(count);
  });

  it('names the component after the project', () => {
    expect(resources[0]).toMatchObject({ type: 'spywatcher-logs:index:LoggingStack', name: 'spywatcher-logs' });
  });

  it('puts out where things are', async () => {
    if (program === undefined) throw new Error('Expected the program.');
    expect(await valueOf(program.gatewayUrl)).toBe('http://gateway.watch.svc:80');
    expect(await valueOf(program.grafanaUrl)).toBe('https://watch.example.com');
    expect(await valueOf(program.namespaces)).toEqual({ logging: 'watch', agents: 'watch-agents' });
    expect(await valueOf(program.portForward)).toMatchObject({
      grafana: expect.stringContaining('-n watch') as string,
    });
  });

  it('shows no secret', () => {
    expect(JSON.stringify(withoutSecrets(resources.map(({ inputs }) => inputs)))).not.toContain('planted');
  });
});

describe('given a cluster in the config, the program', () => {
  it('uses it', async () => {
    const cluster = { 'kubernetes:kubeconfig': '/tmp/kubeconfig', 'kubernetes:context': 'kind' };
    const resources = await recorded(load({ ...CONFIG, ...cluster }));
    const inputs = resources.find(({ type }) => type === 'pulumi:providers:kubernetes')?.inputs ?? {};
    expect(inputs['context']).toBe('kind');
    // It may hold a certificate, so Pulumi takes it for a secret.
    expect(revealed(inputs['kubeconfig'])).toBe('/tmp/kubeconfig');
  });
});

describe('given a config with problems, the program', () => {
  it('ends with the report alone and registers nothing', async () => {
    const failure = await failureOf(
      load({ ...CONFIG, 'spywatcher-logs:limts': '{}', 'spywatcher-logs:gateway': '{"replicas":0}' }),
      'prod',
    );
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toMatch(/^Pulumi\.prod\.yaml: 2 problems/);
    expect(failure.message).not.toContain('planted');
  });

  it('ends with the commands that set the secrets', async () => {
    const failure = await failureOf(load({ ...CONFIG, 'spywatcher-logs:secrets': '{}' }));
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toContain(
      "pulumi config set --secret --path 'spywatcher-logs:secrets.gateway.promtail' --stack test",
    );
  });
});
