/** The Pulumi program as the engine runs it: config in, resources and outputs out. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import * as configModule from '../../../src/config';
import { secretManifests } from '../../../charts/secret-manifests';
import * as loggingStack from '../../../src/deploy/logging-stack';
import { stackObjects } from '../../../charts/objects';
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

const PATH = process.env['PATH'];
let programs: string;
let warn: jest.SpyInstance;
beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'programs-'));
  // No test is to find a cluster of whoever runs it.
  process.env['PATH'] = programs;
  warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => readdirSync(programs).forEach((file) => rmSync(join(programs, file))));
afterAll(() => {
  process.env['PATH'] = PATH;
  rmSync(programs, { recursive: true });
  warn.mockRestore();
});

/** A kubectl that notes its arguments, and what is in the kubeconfig that it is given, and knows these objects. */
function pretendKubectl(items: readonly object[]): () => string {
  const [asked, answer] = [join(programs, 'asked'), join(programs, 'answer')];
  writeFileSync(answer, JSON.stringify({ items }));
  const script = [
    '#!/bin/sh',
    `echo "$@" >> ${asked}`,
    `while [ $# -gt 0 ]; do [ "$1" = --kubeconfig ] && /bin/cat "$2" >> ${asked}; shift; done`,
    `/bin/cat ${answer}`,
  ];
  writeFileSync(join(programs, 'kubectl'), script.join('\n'), { mode: 0o755 });
  return () => readFileSync(asked, 'utf8');
}

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
    const count = stackObjects(config).length + secretManifests(config, plantedSecrets(config)).length;
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

describe('given a stack that runs, the program', () => {
  const running = (size: string) =>
    stackObjects(
      configWith({
        environment: 'staging',
        namespaces: { logging: 'watch', agents: 'watch-agents' },
        persistence: { size },
      }),
    );
  const isOf = ({ type }: Registered): boolean => type.startsWith('kubernetes:');

  it('registers a config that can be applied to it', async () => {
    const asked = pretendKubectl(running('50Gi'));
    const resources = await recorded(load({ ...CONFIG, 'kubernetes:context': 'kind' }));
    expect(resources.filter(isOf)).not.toEqual([]);
    expect(asked()).toMatch(/^--context kind get namespaces watch watch-agents [^]*^--context kind -n watch get /m);
  });

  it('refuses one that cannot, before anything is registered', async () => {
    pretendKubectl(running('80Gi'));
    const failure = await failureOf(load(CONFIG), 'prod');
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toMatch(/^Pulumi\.prod\.yaml: 1 difference[^]*a volume never gets smaller/);
  });

  it('refuses a namespace of others without consent', async () => {
    const theirs = { metadata: { name: 'theirs', namespace: 'watch' }, apiVersion: 'v1', kind: 'Pod' };
    pretendKubectl([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'watch' } }, theirs]);
    const failure = await failureOf(load(CONFIG), 'prod');
    expect(failure.registered).toEqual([]);
    expect(failure.message).toMatch(
      /^Pulumi\.prod\.yaml: 1 difference[^]*Pod watch\/theirs[^]*namespaces\.adopt: true/,
    );
  });

  it('warns of what should be known before, and registers it', async () => {
    pretendKubectl(
      stackObjects(
        configWith({
          environment: 'staging',
          namespaces: { logging: 'watch', agents: 'watch-agents' },
          agent: { type: 'collector', positionsDirectory: '/var/lib/spywatcher-logs/promtail-watch-agents' },
        }),
      ),
    );
    const resources = await recorded(load(CONFIG));
    expect(resources.filter(isOf)).not.toEqual([]);
    expect(JSON.stringify(warn.mock.calls)).toContain('promtail does not know what collector has sent');
  });

  it('hands the contents of a kubeconfig to kubectl in a file, of which nothing is left', async () => {
    const asked = pretendKubectl(running('50Gi'));
    await recorded(load({ ...CONFIG, 'kubernetes:kubeconfig': 'apiVersion: v1\nkind: Config\n' }));
    expect(asked()).toContain('kind: Config');
    const file = / --kubeconfig (\S+)/.exec(` ${asked()}`)?.[1] ?? '';
    expect(existsSync(file)).toBe(false);
  });

  it('says that it has not compared where there is no kubectl, and goes on', async () => {
    const resources = await recorded(load(CONFIG));
    expect(resources.filter(isOf)).not.toEqual([]);
    expect(JSON.stringify(warn.mock.calls)).toContain('Not compared with what runs: kubectl');
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

  it('ends with the report on its patches and registers nothing', async () => {
    const patch = { kind: 'Deployment', name: 'gatway', merge: {}, reason: 'for the tests' };
    const failure = await failureOf(load({ ...CONFIG, 'spywatcher-logs:patches': JSON.stringify([patch]) }), 'prod');
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toMatch(/^Pulumi\.prod\.yaml: 1 problem[^]*patches\[0\]\.name[^]*did you mean gateway\?/);
  });

  it('ends with the commands that set the secrets', async () => {
    const failure = await failureOf(load({ ...CONFIG, 'spywatcher-logs:secrets': '{}' }));
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toContain(
      "pulumi config set --secret --path 'spywatcher-logs:secrets.gateway.promtail' --stack test",
    );
  });

  it('ends with a report for secrets that are one value, and does not show it', async () => {
    const failure = await failureOf(load({ ...CONFIG, 'spywatcher-logs:secrets': 'planted-hunter2' }), 'prod');
    expect(failure.registered).toEqual([]);
    expect(failure.cause).toBeInstanceOf(pulumi.RunError);
    expect(failure.message).toMatch(
      /^Pulumi\.prod\.yaml: 1 problem[^]*secrets\n {4}received: \(a value that is no mapping, not shown\)/,
    );
    expect(failure.message).not.toContain('planted');
  });

  it('reads the stack’s file for what Pulumi does not tell: what it adds, drops, and reads otherwise than cdk8s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'program-'));
    const file = `retention: { period: 9d }
config:
  spywatcher-logs:environment: staging
  namespaces: { logging: watch, agents: watch-agents }
  spywatcher-logs:limits: { maxTails: 0700 }
  spywatcher-log:retention: { period: 9d }
`;
    writeFileSync(join(folder, 'Pulumi.qa.yaml'), file);
    const root = jest.spyOn(pulumi.runtime, 'getRootDirectory').mockReturnValue(folder);
    try {
      const byPulumi = { 'spywatcher-logs:limits': '{"maxTails":448}', 'spywatcher-log:retention': '{"period":"9d"}' };
      const failure = await failureOf(
        load({ ...CONFIG, ...byPulumi, 'spywatcher-logs:gateway': '{"replicas":0}' }),
        'qa',
      );
      expect(failure.registered).toEqual([]);
      expect([...failure.message.matchAll(/^ {2}(?! )(.*)$/gm)].map(([, path]) => path)).toEqual([
        'line 5, column 39: limits.maxTails',
        'retention',
        'config.namespaces',
        'config.spywatcher-log:retention',
        'gateway.replicas',
      ]);
      await expect(recorded(load(CONFIG))).resolves.not.toEqual([]);
    } finally {
      root.mockRestore();
      rmSync(folder, { recursive: true });
    }
  });
});
