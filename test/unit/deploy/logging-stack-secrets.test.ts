import * as pulumi from '@pulumi/pulumi';
import { ConfigError, type StackConfig, secretTable } from '../../../src/config';
import { LoggingStack } from '../../../src/deploy/logging-stack';
import { checkSecretValues, secretObjects } from '../../../src/deploy/secret-values';
import { configWith, everythingConfig, HA, S3 } from '../../support/config';
import { Failure, failureOf, recorded, type Registered, revealed, withoutSecrets } from '../../support/pulumi-mocks';
import { plantedSecrets } from '../../support/secrets';

const deploy = (config: StackConfig, secrets: Readonly<Record<string, pulumi.Input<string>>>) =>
  new LoggingStack('logs', { config, secrets });
const secretsOf = (resources: readonly Registered[]) =>
  resources.filter(({ type }) => type === 'kubernetes:core/v1:Secret');

describe('given a stack with every option and a distinct value for each secret', () => {
  const config = everythingConfig();
  const planted = plantedSecrets(config);
  let resources: readonly Registered[];
  beforeAll(async () => {
    resources = await recorded(() => deploy(config, planted));
  });

  it('fills the Secrets of the table, each marked as secret', () => {
    expect(
      secretsOf(resources).map(({ inputs }) => {
        const { name, namespace } = inputs['metadata'] as { name: string; namespace: string };
        return { name, namespace, stringData: revealed(inputs['stringData']) };
      }),
    ).toEqual(secretObjects(config, planted));
    expect(secretsOf(resources)).toHaveLength(secretTable(config).length);
  });

  it('shows no secret anywhere else: not in another input, not in a name', () => {
    const visible = JSON.stringify(
      resources.map((resource) => ({ ...resource, inputs: withoutSecrets(resource.inputs) })),
    );
    expect(visible).toContain('[secret]');
    expect(Object.entries(planted).filter(([, value]) => visible.includes(value))).toEqual([]);
    expect(visible).not.toContain('{SSHA}');
    expect(visible).not.toContain(Buffer.from('planted-').toString('base64').slice(0, 8));
  });

  it('gives the component itself no inputs', () => {
    expect(resources[0]?.inputs).toEqual({});
  });
});

describe('given secrets that are outputs of other resources', () => {
  const config = configWith();
  const planted = plantedSecrets(config);

  it('takes them, marked as secret even if the output is not', async () => {
    const outputs = Object.fromEntries(Object.entries(planted).map(([path, value]) => [path, pulumi.output(value)]));
    const resources = await recorded(() => deploy(config, outputs));
    expect(secretsOf(resources).map(({ inputs }) => revealed(inputs['stringData']))).toEqual(
      secretObjects(config, planted).map(({ stringData }) => stringData),
    );
  });

  it('says at once what is missing beside them', async () => {
    const failure = await failureOf(() => deploy(config, { 'grafana.adminPassword': pulumi.output('x') }));
    expect(failure.message).not.toContain('grafana.adminPassword');
    expect(failure.message).toContain('secrets.gateway.promtail');
  });
});

describe('given secrets that are missing', () => {
  it('registers nothing, and prints the command for every one', async () => {
    const failure = await failureOf(() => deploy(configWith(HA), {}));
    expect(failure).toBeInstanceOf(Failure);
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(ConfigError);
    const { problems } = failure.cause as ConfigError;
    expect(problems.map(({ received, remedy }) => [received, remedy])).toEqual(
      [
        'grafana.adminPassword',
        'grafana.secretKey',
        'gateway.promtail',
        'gateway.grafana',
        's3.accessKeyId',
        's3.secretAccessKey',
      ].map((path) => ['(missing)', `pulumi config set --secret --path 'spywatcher-logs:secrets.${path}'`]),
    );
  });

  it('asks for no more than the stack needs', () => {
    const config = configWith({ auth: { loki: { enabled: false } } });
    expect(Object.keys(plantedSecrets(config))).toEqual(['grafana.adminPassword', 'grafana.secretKey']);
  });
});

describe('given a secret that is refused', () => {
  const prod = configWith({
    environment: 'prod',
    storage: S3,
    grafana: { url: 'https://logs.example.com', ingress: { tls: { secretName: 'tls' } } },
  });
  const check = (config: StackConfig, path: string, value: string) =>
    checkSecretValues('test', config, { ...plantedSecrets(config), [path]: value });

  it.each(['', 'admin', 'short', 'Password1234!', 'spywatcher-2026', 'ADMIN12345678', 'prom-operator', 'elevenchars'])(
    'in prod, as the first password %j, registers nothing and does not show it',
    async (password) => {
      const failure = await failureOf(() =>
        deploy(prod, { ...plantedSecrets(prod), 'grafana.adminPassword': password }),
      );
      expect(failure.registered).toEqual([]);
      expect((failure.cause as ConfigError).problems).toEqual([
        {
          path: 'secrets.grafana.adminPassword',
          received: '(a refused value, not shown)',
          rule: 'not empty; in prod at least 12 characters and no default password',
          remedy: "pulumi config set --secret --path 'spywatcher-logs:secrets.grafana.adminPassword'",
        },
      ]);
    },
  );

  it('outside prod, takes any first password but none', () => {
    expect(() => check(configWith(), 'grafana.adminPassword', 'admin')).not.toThrow();
    expect(() => check(configWith(), 'grafana.adminPassword', '')).toThrow(ConfigError);
  });

  it.each([
    ['gateway.promtail', 'a'.repeat(21), 'too short'],
    ['gateway.grafana', 'a'.repeat(40), 'without variety'],
    ['grafana.secretKey', 'fifteen-letters', 'too short'],
    ['s3.secretAccessKey', '', 'empty'],
  ])('says so of %s = %s, %s', (path, value) => {
    expect(() => check(prod, path, value)).toThrow(`secrets.${path}`);
  });

  it('takes the shortest that is long enough', () => {
    expect(() => check(prod, 'grafana.adminPassword', 'twelve-chars')).not.toThrow();
    expect(() => check(prod, 'gateway.promtail', 'abcdefgh'.padEnd(22, 'a'))).not.toThrow();
    expect(() => check(prod, 'grafana.secretKey', 'sixteen-letters!')).not.toThrow();
  });
});
