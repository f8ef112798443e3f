import { setTimeout as sleep } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import { LoggingStack } from '../../../src/deploy/logging-stack';
import { isWorkload, stackObjects } from '../../../charts/objects';
import type { SecretValues } from '../../../src/secrets/row';
import { secretTable } from '../../../src/secrets/spec';
import type { StackConfig } from '../../../src/config';
import { configWith, everythingConfig, everythingOwnConfig, HA } from '../../support/config';
import { failureOf, recorded, type Registered, revealed, valueOf } from '../../support/pulumi-mocks';
import { plantedSecrets } from '../../support/secrets';

jest.mock('node:timers/promises', () => ({ setTimeout: jest.fn(() => Promise.resolve()) }));

const deploy = (config: StackConfig) => {
  const secrets = config.secretSource.type === 'pulumi' ? plantedSecrets(config) : {};
  return recorded(() => new LoggingStack('logs', { config, secrets }));
};
const isObject = ({ type }: Registered) => type.startsWith('kubernetes:');
const kindOf = ({ type }: Registered) => type.split(':').at(-1) ?? '';
const workload = (resource: Registered) =>
  isWorkload({ kind: kindOf(resource), apiVersion: '', metadata: { name: '' } });
const named = (resources: readonly Registered[], name: string): Registered => {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`Nothing is called ${name}.`);
  return found;
};
/** The Secrets that a stack makes itself. */
const ownSecrets = (config: StackConfig) =>
  config.secretSource.type === 'pulumi' ? secretTable(config).filter(({ madeBy }) => madeBy === 'secretSource') : [];
/** Without what follows from secret values. */
const withoutHash = (inputs: unknown): unknown =>
  JSON.parse(JSON.stringify(inputs).replaceAll(/,?"spywatcher-logs\/secret-hash":"[0-9a-f]{16}"/g, ''));

describe.each([
  ['one replica', configWith()],
  ['no auth', configWith({ auth: { loki: { enabled: false } } })],
  ['a ring on S3', configWith(HA)],
  ['every option', everythingConfig()],
  ['every option and its own Secrets', everythingOwnConfig()],
])('given a stack with %s', (_, config) => {
  let resources: readonly Registered[];
  let objects: readonly Registered[];
  beforeAll(async () => {
    resources = await deploy(config);
    objects = resources.filter(isObject);
  });

  it('registers one typed resource for each object and each Secret, a provider and itself, and nothing else', () => {
    const kinds = [...stackObjects(config).map(({ kind }) => kind), ...ownSecrets(config).map(() => 'Secret')];
    expect(objects.map(kindOf).sort()).toEqual(kinds.sort());
    expect(resources.filter((resource) => !isObject(resource)).map(({ type }) => type)).toEqual([
      'spywatcher-logs:index:LoggingStack',
      'pulumi:providers:kubernetes',
    ]);
  });

  it('hands over each object as it was rendered', () => {
    const inputs = new Map(objects.map((resource) => [identityOf(resource.inputs), resource.inputs]));
    for (const object of stackObjects(config)) {
      if (config.deploy.skipAwait.some((name) => name === object.metadata.name) && isWorkload(object)) continue;
      if (object.kind === 'Service') continue; // has the annotation below
      expect(withoutHash(inputs.get(identityOf(object)))).toEqual(JSON.parse(JSON.stringify(object)));
    }
  });

  it('gives each a name of its own, made of the stack’s, the namespace, the kind and the name', () => {
    expect(new Set(resources.map(({ name }) => name)).size).toBe(resources.length);
    for (const { name, inputs } of objects) {
      const { kind, metadata } = inputs as { kind: string; metadata: { name: string; namespace?: string } };
      expect(name).toBe(['logs', metadata.namespace, kind.toLowerCase(), metadata.name].filter(Boolean).join('-'));
    }
  });

  it('is the parent of all, on one provider', () => {
    const [component, provider] = resources;
    expect(new Set(resources.slice(1).map(({ parent }) => parent))).toEqual(new Set([component?.urn]));
    expect(new Set(objects.map((resource) => resource.provider))).toEqual(
      new Set([`${provider?.urn ?? ''}::logs-kubernetes-id`]),
    );
  });

  it('makes each object wait for its namespace', () => {
    const namespaces = new Map(
      objects
        .filter((resource) => kindOf(resource) === 'Namespace')
        .map(({ inputs, urn }) => [Reflect.get(inputs['metadata'] as object, 'name') as string, urn]),
    );
    for (const { inputs, dependencies } of objects) {
      const namespace = Reflect.get(inputs['metadata'] as object, 'namespace') as string | undefined;
      if (namespace !== undefined) expect(dependencies).toContain(namespaces.get(namespace));
    }
  });

  it('makes each workload wait for every Secret of its namespace, ConfigMap, account and policy before it', () => {
    const namespaceOf = ({ inputs }: Registered) => Reflect.get(inputs['metadata'] as object, 'namespace') as string;
    for (const owner of objects.filter(workload)) {
      for (const secret of objects.filter((resource) => kindOf(resource) === 'Secret'))
        if (namespaceOf(secret) === namespaceOf(owner)) expect(owner.dependencies).toContain(secret.urn);
    }
    for (const owner of objects.filter(workload)) {
      const component = componentOf(owner);
      const needed = objects.filter(
        (resource) =>
          ['ConfigMap', 'ServiceAccount', 'NetworkPolicy', 'ClusterRole', 'ClusterRoleBinding'].includes(
            kindOf(resource),
          ) && componentOf(resource) === component,
      );
      expect(needed.length).toBeGreaterThanOrEqual(3);
      for (const { urn } of needed) expect(owner.dependencies).toContain(urn);
    }
  });

  it('makes nothing wait for a workload, but the agent’s password for the gateway', () => {
    const urns = objects.filter(workload).map(({ urn }) => urn);
    const waiting = objects.filter(({ dependencies }) => dependencies.some((urn) => urns.includes(urn)));
    const agents = ownSecrets(config).filter(({ namespace }) => namespace === config.namespaces.agents);
    expect(waiting.map(({ inputs }) => identityOf(inputs))).toEqual(
      agents.map(({ name, namespace }) => `Secret ${namespace} ${name}`),
    );
  });

  it('asks for the same in every run', async () => {
    const again = await deploy(config);
    const byName = (list: readonly Registered[]) => [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(again)).toEqual(byName(resources));
  });
});

describe('given options of the deployment', () => {
  it('waits ten minutes for each resource, or as long as configured', async () => {
    const timeouts = async (config: StackConfig) =>
      (await deploy(config)).filter(isObject).map(({ timeouts: of }) => of);
    expect(new Set((await timeouts(configWith())).map((of) => JSON.stringify(of)))).toEqual(
      new Set([JSON.stringify({ create: '10m', update: '10m' })]),
    );
    expect((await timeouts(everythingConfig()))[0]).toEqual({ create: '5m', update: '5m' });
  });

  it('does not wait for Services, whose pods come later, nor for the workloads that are named, and for all others', async () => {
    const config = configWith({ deploy: { skipAwait: ['grafana', 'promtail'] } });
    const annotated = (await deploy(config))
      .filter(isObject)
      .filter(({ inputs }) => JSON.stringify(inputs['metadata']).includes('"pulumi.com/skipAwait":"true"'));
    expect(annotated.map(({ name }) => name).sort()).toEqual([
      'logs-logging-agents-daemonset-promtail',
      'logs-logging-agents-service-promtail-metrics',
      'logs-logging-deployment-grafana',
      'logs-logging-service-alertmanager',
      'logs-logging-service-alertmanager-0-metrics',
      'logs-logging-service-alertmanager-pods',
      'logs-logging-service-gateway',
      'logs-logging-service-gateway-metrics',
      'logs-logging-service-grafana',
      'logs-logging-service-grafana-metrics',
      'logs-logging-service-loki',
      'logs-logging-service-loki-0-metrics',
      'logs-logging-service-loki-headless',
      'logs-logging-service-prometheus',
      'logs-logging-service-prometheus-headless',
    ]);
  });

  it.each([
    [true, ['logs-namespace-logging']],
    [false, []],
  ])('with a volume that is kept: %s, leaves behind on destroy %j', async (retainOnDelete, kept) => {
    const resources = await deploy(configWith({ persistence: { retainOnDelete } }));
    expect(resources.filter((resource) => resource.retainOnDelete).map(({ name }) => name)).toEqual(kept);
  });

  it('never replaces a StatefulSet, and its volume with it, for the size of that volume', async () => {
    const resources = await deploy(configWith(HA));
    const ignoring = resources.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    expect(ignoring.map(({ name, ignoreChanges }) => [name, ignoreChanges])).toEqual([
      ['logs-logging-statefulset-loki', ['spec.volumeClaimTemplates']],
      ['logs-logging-statefulset-compactor', ['spec.volumeClaimTemplates']],
      ['logs-logging-statefulset-alertmanager', ['spec.volumeClaimTemplates']],
      ['logs-logging-statefulset-prometheus', ['spec.volumeClaimTemplates']],
    ]);
  });

  it('changes ConfigMaps and Secrets in place, on the cluster that is named', async () => {
    const config = configWith();
    const provider = async (extra: { kubeconfig?: string; context?: string }) => {
      const secrets = plantedSecrets(config);
      const resources = await recorded(() => new LoggingStack('logs', { config, secrets, ...extra }));
      return resources.find(({ name }) => name === 'logs-kubernetes')?.inputs;
    };
    const inPlace = { enableConfigMapMutable: 'true', enableSecretMutable: 'true' };
    expect(await provider({})).toEqual(inPlace);
    expect(await provider({ kubeconfig: '/tmp/kubeconfig', context: 'kind' })).toEqual({
      ...inPlace,
      kubeconfig: '/tmp/kubeconfig',
      context: 'kind',
    });
  });

  it('applies the patches of the stack file', async () => {
    const spec = { minReadySeconds: 5 };
    const patch = { kind: 'Deployment', name: 'gateway', merge: { spec }, reason: 'for the tests' };
    const resources = await deploy(configWith({ patches: [patch] }));
    expect(named(resources, 'logs-logging-deployment-gateway').inputs).toMatchObject({ spec });
    expect(named(resources, 'logs-logging-deployment-grafana').inputs).not.toMatchObject({ spec });
  });

  it('registers nothing with a patch that cannot be applied', async () => {
    const patch = { kind: 'Deployment', name: 'gatway', merge: {}, reason: 'for the tests' };
    const config = configWith({ patches: [patch] });
    const secrets = plantedSecrets(config);
    const failure = await failureOf(() => new LoggingStack('logs', { config, secrets }));
    expect(failure.registered).toEqual([]);
    expect(failure.message).toMatch(/^logs: 1 problem[^]*patches\[0\]\.name/);
  });

  it('says where things are', async () => {
    const config = everythingConfig();
    let stack: LoggingStack | undefined;
    await recorded(() => (stack = new LoggingStack('logs', { config, secrets: {} })));
    if (stack === undefined) throw new Error('Expected a stack.');
    expect(await valueOf(stack.gatewayUrl)).toBe('https://gateway.watch.svc:443');
    expect(await valueOf(stack.grafanaUrl)).toBe('https://watch.example.com');
    expect(await valueOf(stack.namespaces)).toEqual({ logging: 'watch', agents: 'watch-agents' });
    expect(await valueOf(stack.portForward)).toEqual({
      gateway: 'kubectl -n watch port-forward service/gateway 3100:443',
      grafana: 'kubectl -n watch port-forward service/grafana 3000:3000',
    });
  });

  it('lets two stacks live in one program', async () => {
    const config = configWith();
    const names = (
      await recorded(() =>
        ['a', 'b'].map((name) => new LoggingStack(name, { config, secrets: plantedSecrets(config) })),
      )
    ).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('given a rotation of the agent’s password', () => {
  const config = configWith();
  const values: SecretValues = {
    ...plantedSecrets(config),
    'gatewayPrevious.promtail': 'the-time-before-kX7f2Qm9Lw4Zr8Tn',
  };

  it('gives the gateway both, and the agent the new one after the gateway’s old pods have gone', async () => {
    const waited: number[] = [];
    jest.mocked(sleep).mockImplementation((milliseconds) => {
      waited.push(milliseconds ?? 0);
      return Promise.resolve();
    });
    const resources = await recorded(() => new LoggingStack('logs', { config, secrets: values }));
    const users = revealed(named(resources, 'logs-logging-secret-gateway-users').inputs['stringData']) as {
      readonly previous: string;
    };
    expect(users.previous).toMatch(/^promtail:\{SSHA\}.+\n$/);
    const agents = named(resources, 'logs-logging-agents-secret-gateway-credential-promtail');
    expect(revealed(agents.inputs['stringData'])).toEqual({ password: values['gateway.promtail'] });
    expect(agents.dependencies).toContain(named(resources, 'logs-logging-deployment-gateway').urn);
    expect(waited).toEqual([10_000]);
  });

  it('waits for nothing where there is none', async () => {
    jest.mocked(sleep).mockClear();
    await deploy(config);
    expect(sleep).not.toHaveBeenCalled();
  });
});

describe('given changed secrets', () => {
  const config = everythingOwnConfig();
  const hashes = async (changes: Readonly<Record<string, string>> = {}) => {
    const secrets = { ...plantedSecrets(config), ...changes };
    const resources = await recorded(() => new LoggingStack('logs', { config, secrets }));
    return Object.fromEntries(
      resources.filter(workload).map((resource) => {
        const [, hash] = /"spywatcher-logs\/secret-hash":"([0-9a-f]{16})"/.exec(JSON.stringify(resource.inputs)) ?? [];
        return [componentOf(resource) ?? '', hash];
      }),
    );
  };
  const changedBy = async (changes: Readonly<Record<string, string>>) => {
    const [before, after] = [await hashes(), await hashes(changes)];
    return Object.keys(before).filter((name) => before[name] !== after[name]);
  };

  it('the pods that read Secrets at their start carry a hash of them, in plain sight', async () => {
    const found = await hashes();
    expect(Object.keys(found).filter((name) => found[name] !== undefined)).toEqual(
      expect.arrayContaining(['gateway', 'grafana', 'loki', 'canary']),
    );
    expect(found['promtail']).toBeUndefined();
  });

  it.each([
    ['gateway.audit-shipper', ['gateway']],
    ['gateway.viewer', ['gateway', 'grafana']],
    ['gateway.shipper', ['gateway']],
    ['gateway.watcher', ['gateway', 'canary']],
    ['alertmanagerCredentials.hook', []],
    ['grafana.adminPassword', ['grafana']],
    ['grafana.oauth.github', ['grafana']],
    ['grafana.ldapBindPassword', ['grafana']],
    ['grafana.databasePassword', ['grafana']],
    ['grafana.smtpPassword', ['grafana']],
  ])('a new %s rolls %j and no other', async (path, rolled) => {
    expect(await changedBy({ [path]: 'another-value-kX7f2Qm9Lw4Zr8Tn' })).toEqual(rolled);
  });

  it('a new key of the bucket rolls all that use the bucket', async () => {
    expect(await changedBy({ 's3.secretAccessKey': 'another' })).toEqual(['loki', 'compactor']);
  });

  it('the hash is keyed: it differs where only the key does', async () => {
    expect(await changedBy({ 'grafana.secretKey': 'another-key-0123456789' })).toEqual(
      expect.arrayContaining(['gateway', 'loki']),
    );
  });
});

function identityOf(object: Readonly<Record<string, unknown>>): string {
  const { name, namespace } = object['metadata'] as { name: string; namespace?: string };
  return [object['kind'], namespace, name].join(' ');
}

function componentOf({ inputs }: Registered): string | undefined {
  const { labels } = inputs['metadata'] as { labels?: Readonly<Record<string, string>> };
  return labels?.['app.kubernetes.io/name'];
}

describe('given what a stack is warned of', () => {
  const warnings = async (config: StackConfig): Promise<readonly string[]> => {
    const warn = jest.spyOn(pulumi.log, 'warn').mockResolvedValue();
    await deploy(config);
    const said = warn.mock.calls.map(([message]) => message);
    warn.mockRestore();
    return said;
  };

  it('a preview warns of a volume that is too small for the expected load, and all is registered', async () => {
    const agent = { type: 'collector' } as const;
    const said = await warnings(configWith({ agent, persistence: { size: '6Gi' } }));
    expect(said).toEqual([expect.stringContaining('persistence.size: 6Gi is less than')]);
    expect(await warnings(configWith({ agent }))).toEqual([]);
  });

  it('a preview names each patch, and why it is there', async () => {
    const patch = {
      kind: 'Deployment',
      name: 'gateway',
      merge: { spec: { minReadySeconds: 5 } },
      reason: 'for the tests',
    };
    expect(await warnings(configWith({ patches: [patch] }))).toContain('patches[0]: Deployment gateway: for the tests');
  });

  it('a preview warns of an agent without fixes', async () => {
    expect(await warnings(configWith())).toEqual([expect.stringContaining('agent.type: promtail gets no fixes')]);
  });
});
