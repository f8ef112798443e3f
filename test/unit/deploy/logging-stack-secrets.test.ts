import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import { ConfigError, type StackConfig } from '../../../src/config';
import { secretTable } from '../../../src/secrets/spec';
import { LoggingStack } from '../../../src/deploy/logging-stack';
import { secretObjects } from '../../../src/secrets/objects';
import { checkSecretValues, requiredSecrets } from '../../../src/secrets/values';
import type { SecretValues } from '../../../src/secrets/row';
import { configWith, everythingConfig, everythingOwnConfig, HA, PROD } from '../../support/config';
import { stack, STACKS } from '../../../programs/rendered-stack';
import { Failure, failureOf, recorded, type Registered, revealed, withoutSecrets } from '../../support/pulumi-mocks';
import { allPlantedSecrets, plantedSecrets } from '../../support/secrets';

jest.mock('node:timers/promises', () => ({ setTimeout: () => Promise.resolve() }));

const deploy = (config: StackConfig, secrets: Readonly<Record<string, pulumi.Input<string>>>) =>
  new LoggingStack('logs', { config, secrets });
const secretsOf = (resources: readonly Registered[]) =>
  resources.filter(({ type }) => type === 'kubernetes:core/v1:Secret');

describe.each([
  ['with every option', everythingOwnConfig()],
  ...STACKS.map((name) => [name, stack(name).config] as const),
] as const)('given a stack %s and a distinct value for each secret', (_, config) => {
  const planted = allPlantedSecrets(config);
  let resources: readonly Registered[];
  beforeAll(async () => {
    resources = await recorded(() => deploy(config, planted));
  });

  it('fills the Secrets of the table, each marked as secret', () => {
    const registered = secretsOf(resources).map(({ inputs }) => {
      const { name, namespace } = inputs['metadata'] as { name: string; namespace: string };
      return { name, namespace, stringData: revealed(inputs['stringData']) };
    });
    const expected = secretObjects(config, planted);
    expect(registered).toHaveLength(expected.length);
    expect(registered).toEqual(expect.arrayContaining([...expected]));
    expect(expected.map(({ name }) => name)).toEqual(
      secretTable(config).flatMap(({ name, madeBy }) => (madeBy === 'secretSource' ? [name] : [])),
    );
  });

  it('shows no secret anywhere else: not in another input, not in a name', () => {
    const visible = JSON.stringify(
      resources.map((resource) => ({ ...resource, inputs: withoutSecrets(resource.inputs) })),
    );
    expect(visible).toContain('[secret]');
    expect(
      Object.entries({ ...planted, ...madeOf(config, planted) }).filter(([, value]) =>
        tracesOf(value).some((trace) => visible.includes(trace)),
      ),
    ).toEqual([]);
    expect(visible).not.toContain('{SSHA}');
  });

  it('has a value of its own for each secret that somebody sets', () => {
    const paths = requiredSecrets(config).map(({ path }) => path);
    expect(Object.keys(planted)).toEqual(paths);
    expect(new Set(Object.values(planted)).size).toBe(paths.length);
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
      expect.arrayContaining(secretObjects(config, planted).map(({ stringData }) => stringData)),
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
  const prod = configWith(PROD);
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
          rule: 'not empty; in prod at least 12 characters and no default password; without ${ and $__, in which Grafana would look for a variable, and without blanks around it',
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
    ['gateway.promtail', 'aB3-dE6_gH9'.repeat(2).slice(0, 21), 'too short'],
    ['gateway.promtail', '4f9a1c07e2b85d63a90fc1e874b25d3', 'hex digits of less than 128 bits'],
    ['gateway.promtail', '73910462857391846205739184620571938462', 'digits, which no generator here writes'],
    ['gateway.grafana', 'a'.repeat(40), 'without variety'],
    ['gateway.grafana', '0123456789abcdef'.repeat(2), 'in the order of the keyboard'],
    ['gateway.grafana', '4f9a1c07e2b85d634f9a1c07e2b85d63', 'the same half twice'],
    ['gateway.grafana', 'fedcba98-aB3-dE6_gH9-jK2_mN5-pQ', 'backwards'],
    ['gateway.grafana', 'two words of kX7f2Qm9Lw4Zr8Tn1b', 'with a space'],
    ['gateway.grafana', 'ein-Schlüssel-kX7f2Qm9Lw4Zr8Tn1b', 'with a letter that HTTP does not take'],
    ['gateway.grafana', 'correct-horse-battery-staple-42', 'words'],
    ['gateway.grafana', 'spywatcher-logs-promtail-2026', 'words of this project'],
    ['gateway.grafana', 'My-Password-kX7f2Qm9Lw4Zr8Tn1b', 'a word that people take'],
    ['gatewayPrevious.promtail', 'short', 'the one before, too short'],
    ['grafana.secretKey', 'fifteen-letters', 'too short'],
    ['grafana.secretKey', 'a'.repeat(32), 'one letter'],
    ['s3.secretAccessKey', '', 'empty'],
    ['s3.secretAccessKey', 'a key', 'with a blank, in the file it would be two'],
    ['s3.accessKeyId', 'AKIATEST\nregion=x', 'with a line of its own in the file'],
    ['grafana.secretKey', ' kX7f2Qm9Lw4Zr8Tn1b5Vc ', 'with blanks that Grafana cuts off'],
  ])('says so of %s = %s, %s', (path, value) => {
    expect(() => check(prod, path, value)).toThrow(`secrets.${path}`);
  });

  it('takes the shortest that is long enough', () => {
    expect(() => check(prod, 'grafana.adminPassword', 'twelve-chars')).not.toThrow();
    expect(() => check(prod, 'gateway.promtail', 'aB3-dE6_gH9-jK2_mN5-pQ')).not.toThrow();
    expect(() => check(prod, 'gateway.promtail', '4f9a1c07e2b85d63a90fc1e874b25d3e')).not.toThrow();
    expect(() => check(prod, 'gateway.promtail', 'q7x2m9k4w8z1r5t3v6b0n2y7h')).not.toThrow();
    expect(() => check(prod, 'gateway.promtail', 'kX7f2Qm9+w4Zr8/n1bV6cA==')).not.toThrow();
    expect(() => check(prod, 'grafana.secretKey', 'sixteen-letters!')).not.toThrow();
  });
});

describe('given a secret that the stack does not have', () => {
  const problemsOf = (config: StackConfig, extra: Readonly<Record<string, string>>) => {
    try {
      checkSecretValues('test', config, { ...plantedSecrets(config), ...extra }, [], 'dev');
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    return [];
  };

  it.each([
    ['gateway.promtial', 'gateway.promtail'],
    ['gatewayPrevious.promtial', 'gatewayPrevious.promtail'],
    ['grafana.adminPasword', 'grafana.adminPassword'],
  ])('says that %s is none, and that %s is', (path, meant) => {
    expect(problemsOf(configWith(), { [path]: 'planted-hT5r9Wq2Kd7Xn4Lb' })).toEqual([
      {
        path: `secrets.${path}`,
        received: '(not shown)',
        rule: 'the name of a secret that this stack has',
        remedy: `did you mean ${meant}? pulumi config rm --path 'spywatcher-logs:secrets.${path}' --stack dev`,
      },
    ]);
  });

  it('says so of every value where somebody else makes the Secrets', () => {
    const config = everythingConfig();
    const rules = problemsOf(config, {}).map(({ rule }) => rule);
    expect(new Set(rules)).toEqual(new Set(['none, with secretSource.type: externalSecrets']));
    expect(() => checkSecretValues('test', config, {})).not.toThrow();
  });

  it('wants another password before than the present one', () => {
    const same = { 'gatewayPrevious.promtail': plantedSecrets(configWith())['gateway.promtail'] ?? '' };
    expect(problemsOf(configWith(), same)).toEqual([
      {
        path: 'secrets.gatewayPrevious.promtail',
        received: '(not shown)',
        rule: 'another value than gateway.promtail',
        remedy: "pulumi config rm --path 'spywatcher-logs:secrets.gatewayPrevious.promtail' --stack dev",
      },
    ]);
  });

  it('wants a password of its own for each credential', () => {
    const same = { 'gateway.grafana': plantedSecrets(configWith())['gateway.promtail'] ?? '' };
    expect(problemsOf(configWith(), same).map(({ path, rule }) => [path, rule])).toEqual([
      ['secrets.gateway.grafana', 'another value than gateway.promtail'],
    ]);
  });

  it('does not rotate the agent’s password past a gateway that nobody waits for', () => {
    const config = configWith({ deploy: { skipAwait: ['gateway'] } });
    expect(problemsOf(config, {})).toEqual([]);
    const rotated = { 'gatewayPrevious.promtail': 'planted-hT5r9Wq2Kd7Xn4Lb' };
    expect(problemsOf(config, rotated).map(({ path }) => path)).toEqual(['deploy.skipAwait']);
  });
});

describe('given secrets that other people hand out, in prod', () => {
  const config = everythingOwnConfig();
  const prod = { ...config, environment: 'prod' as const };
  const check = (path: string, value: string) =>
    checkSecretValues('test', prod, { ...plantedSecrets(prod), [path]: value });

  it.each([
    ['grafana.databasePassword', 'grafana'],
    ['grafana.smtpPassword', 'Password1'],
    ['grafana.ldapBindPassword', 'admin123'],
    ['grafana.ldapBindPassword', 'has-${HOME}-in-it'],
    ['grafana.adminPassword', 'has-${HOME}-in-it'],
    ['grafana.databasePassword', 'has-$__env{HOME}-in-it'],
    ['grafana.oauth.github', 'has-$__file{/etc/passwd}'],
    ['grafana.ldapBindPassword', 'has-$__file{/etc/passwd}-in-it'],
    ['grafana.ldapCa', 'no certificate'],
    ['grafana.oauth.github', ''],
    ['grafana.secretKey', 'SW2YcwTIb9zpOOhoPsMm'],
  ])('refuses as %s %j', (path, value) => {
    expect(() => check(path, value)).toThrow(`secrets.${path}`);
  });

  it('takes a short one that is no default', () => {
    expect(() => check('grafana.databasePassword', 'x7$kQ')).not.toThrow();
  });
});

/** What is made of the values, and would do as well as they: passwords that follow from others, lines with a credential. */
function madeOf(config: StackConfig, values: SecretValues): SecretValues {
  return Object.fromEntries(
    secretObjects(config, values).flatMap(({ name, stringData }) =>
      Object.entries(stringData).flatMap(([key, text]) =>
        [...text.matchAll(/"Basic ([^"]+)"/g), ...text.matchAll(/^([\w-]{16,})$/g)].map(([, part = '']) => [
          `${name}/${key}`,
          part,
        ]),
      ),
    ),
  );
}

/** A value as it might turn up: itself, encoded, also in the middle of something, or by a hash without a key. */
function tracesOf(value: string): readonly string[] {
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].map((kind) => createHash(kind).update(value).digest());
  const encoded = [0, 1, 2].map((before) => {
    const letters = Buffer.from('-'.repeat(before) + value).toString('base64');
    // What stands before and after it has a part in the letters at both ends.
    return letters.slice(before === 0 ? 0 : before + 1, 4 * Math.floor((before + value.length) / 3));
  });
  return [
    value,
    ...encoded,
    encodeURIComponent(value),
    ...hashes.flatMap((hash) => [hash.toString('hex').slice(0, 16), hash.toString('base64').slice(0, 16)]),
  ];
}
