/** Given the real engine and the local cluster; a stack from its first `pulumi up` to `pulumi destroy`. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { kubectl, secretValue, type Target, waitForRollout } from '../../local/kubernetes';
import { LokiClient } from '../../local/loki-client';
import type { SecretValues } from '../../src/secrets/row';
import { eventually } from '../../programs/wait';
import { APPS, startWriter, waitForWriter } from '../e2e/cluster';
import { emptyCluster } from './cluster';
import { plantedSecrets } from '../support/secrets';
import { describeWithEngine, engineConfig, log, planted, TestStack, timed } from './engine';

const { logging, agents } = engineConfig.namespaces;
const LOKI_CLAIM = 'data-loki-0';

jest.setTimeout(300_000);

describeWithEngine('a stack deployed by the Pulumi engine', () => {
  const secrets: SecretValues = { ...plantedSecrets(engineConfig), 'gatewayPrevious.grafana': planted() };
  const started = new Date();
  let target: Target;
  let kubeconfig: string;
  let stack: TestStack;
  let release: () => Promise<void>;

  /** One field of an object; empty where there is no such object. */
  const field = (kind: string, name: string, path: string, namespace = logging): Promise<string> =>
    kubectl(target, ['-n', namespace, 'get', kind, name, '--ignore-not-found', '-o', `jsonpath={${path}}`]);
  const uid = (kind: string, name: string): Promise<string> => field(kind, name, '.metadata.uid');
  const list = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await kubectl(target, ['get', '-o', 'name', '--ignore-not-found', ...args]))
      .split('\n')
      .filter((line) => line !== '');
  /** What changes when an object is applied, and not with its status. */
  const applied = (): Promise<string> =>
    kubectl(target, [
      'get',
      'statefulset,deployment,daemonset,networkpolicy',
      '-A',
      '-o',
      'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}',
    ]);

  /** Queries with the read credential, by the command that `pulumi stack output portForward` prints. */
  async function throughGateway<T>(use: (loki: LokiClient) => Promise<T>): Promise<T> {
    const { gateway } = JSON.parse(await stack.run('stack', 'output', 'portForward', '--json')) as {
      readonly gateway: string;
    };
    // On any free port, which kubectl names.
    const [, ...args] = gateway.replace(' 3100:', ' :').split(' ');
    const forward = spawn(target.kubectl, args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const port = await forwardedPort(forward.stdout);
      return await use(
        new LokiClient({
          url: `http://localhost:${port}`,
          user: 'grafana',
          password: secrets['gateway.grafana'] ?? '',
        }),
      );
    } finally {
      forward.kill();
    }
  }

  /** The hashes in a file of the gateway's users. */
  async function hashesOf(key: string): Promise<readonly string[]> {
    const text = await secretValue(target, logging, 'gateway-users', key);
    if (text === undefined) throw new Error(`Secret gateway-users has nothing under the key ${key}`);
    return text
      .trim()
      .split('\n')
      .map((line) => {
        const hash = /^[^:]+:(\{SSHA\}.+)$/.exec(line)?.[1];
        if (hash === undefined) throw new Error(`key ${key} of Secret gateway-users has a line without a hash`);
        return hash;
      });
  }

  const forwardedPort = (output: Readable): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      // Read to its end: kubectl says there what it forwards, and does not survive a closed pipe.
      output.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
        if (port !== undefined) resolve(port);
      });
      output.once('end', () => reject(new Error(`kubectl port-forward has ended: ${text}`)));
    });

  /** Lines that hold `name`. A gateway that cannot reach Loki yet is asked again, and it is said for how long. */
  const linesOf = (name: string): Promise<readonly string[]> =>
    throughGateway(async (loki) => {
      const asked = Date.now();
      const ask = async (): Promise<readonly string[]> => {
        try {
          return (await loki.query(`{namespace="${APPS}"} |= "${name}"`, started)).map(({ line }) => line);
        } catch (error) {
          if (!String(error).includes(': 502 ')) throw error;
          log(`the gateway answers 502, ${((Date.now() - asked) / 1000).toFixed(1)} s after it was first asked`);
          return [];
        }
      };
      return eventually(ask, ({ length }) => length > 0, 60);
    });

  beforeAll(async () => {
    ({ target, kubeconfig, release } = await emptyCluster());
    stack = new TestStack({ kubeconfig, secrets });
    await stack.prepare();
  });

  afterAll(async () => {
    stack.remove();
    await release();
  });

  test('pulumi up deploys it, and returns when it is ready', async () => {
    await timed('first up', () => stack.up());

    for (const [namespace, workload] of [
      [logging, 'statefulset/loki'],
      [logging, 'deployment/gateway'],
      [agents, 'daemonset/promtail'],
    ] as const)
      await waitForRollout(target, namespace, workload, 1);
    const outputs: unknown = JSON.parse(await stack.run('stack', 'output', '--json'));
    expect(outputs).toEqual({
      gatewayUrl: 'http://gateway.logging.svc:80',
      grafanaUrl: engineConfig.grafana.url,
      namespaces: { logging, agents },
      portForward: {
        gateway: 'kubectl -n logging port-forward service/gateway 3100:80',
        grafana: 'kubectl -n logging port-forward service/grafana 3000:3000',
      },
    });
  });

  test("a pod's line comes back through the gateway, with the credentials of the stack's config", async () => {
    await startWriter(target, 'engine-first', 'echo a line of engine-first');
    await waitForWriter(target, 'engine-first', 60);

    expect(await linesOf('engine-first')).toEqual(['a line of engine-first']);
  });

  test('a preview, a second up and a refresh find nothing to change', async () => {
    const before = await applied();

    expect(await timed('preview', () => stack.run('preview', '--expect-no-changes'))).toMatch(/\d+ unchanged/);
    await timed('second up', () => stack.run('up', '--yes', '--skip-preview', '--expect-no-changes'));
    await timed('refresh', () => stack.run('refresh', '--yes', '--skip-preview', '--expect-no-changes'));

    expect(await stack.plannedChanges()).toEqual({});
    expect(await applied()).toBe(before);
  });

  test('no secret is readable in the state, its files, the outputs or what the engine prints', async () => {
    const hashes = (await Promise.all(['users', 'previous'].map(hashesOf))).flat();
    // Of promtail, direct, grafana, its last one, and canary.
    expect(hashes).toHaveLength(5);
    const hidden = [...Object.values(secrets), ...hashes];
    const texts: Record<string, string> = {
      export: await stack.run('stack', 'export'),
      outputs: await stack.run('stack', 'output', '--json'),
      preview: await stack.run('preview', '--diff'),
      ...Object.fromEntries(stack.files().map((file) => [file, readFileSync(file, 'utf8')])),
    };

    const leaks = Object.entries(texts).flatMap(([where, text]) =>
      hidden.filter((value) => holds(text, value)).map((value) => `${where}: ${value}`),
    );

    expect(leaks).toEqual([]);
    expect(stack.files().some((file) => file.endsWith('dev.json'))).toBe(true);
    // The search would find them: they are in the state, encrypted. Of those that nobody reads, their hashes are.
    const decrypted = await stack.run('stack', 'export', '--show-secrets');
    expect(hidden.filter((value) => !holds(decrypted, value))).toEqual([
      secrets['gateway.direct'],
      secrets['gatewayPrevious.grafana'],
    ]);
  });

  test.each([
    [
      'an invalid stack config',
      () => stack.set('limits.ingestionBurst', '1MB'),
      () => stack.unset('limits'),
      'at least ingestionRate',
    ],
    [
      'a missing secret',
      () => stack.unset('secrets.gateway.grafana'),
      () => stack.setSecret('gateway.grafana', secrets['gateway.grafana'] ?? ''),
      "pulumi config set --secret --path 'spywatcher-logs:secrets.gateway.grafana' --stack dev",
    ],
  ])('%s changes neither the cluster nor the state', async (_, spoil, restore, report) => {
    const before = { cluster: await applied(), state: await stack.resources() };

    await spoil();
    const { code, stdout } = await stack.attempt('up', '--yes', '--skip-preview');
    await restore();

    expect(code).not.toBe(0);
    expect(stdout).toContain(report);
    expect({ cluster: await applied(), state: await stack.resources() }).toEqual(before);
  });

  test('a changed limit updates the ConfigMap in place and rolls Loki, which keeps its data', async () => {
    const before = {
      config: await uid('configmap', 'loki-config'),
      loki: await uid('statefulset', 'loki'),
      pod: await uid('pod', 'loki-0'),
      gateway: await uid('deployment', 'gateway'),
    };
    await stack.set('limits.maxStreams', '9000');

    const planned = await stack.plannedChanges();
    await timed('up with a changed limit', () => stack.up());

    expect(planned).toEqual({
      'spywatcher-logs-logging-configmap-loki-config': 'update',
      'spywatcher-logs-logging-statefulset-loki': 'update',
    });
    const { pod, ...kept } = {
      config: await uid('configmap', 'loki-config'),
      loki: await uid('statefulset', 'loki'),
      pod: await uid('pod', 'loki-0'),
      gateway: await uid('deployment', 'gateway'),
    };
    expect({ ...kept, pod: before.pod }).toEqual(before);
    expect(pod).not.toBe(before.pod);
    expect(await field('configmap', 'loki-config', '.data')).toMatch(/max_global_streams_per_user: 9000/);
    expect(await linesOf('engine-first')).toEqual(['a line of engine-first']);
  });

  test('volumes that are to be kept survive pulumi destroy, and the next up takes them back', async () => {
    await stack.set('persistence.retainOnDelete', 'true');
    await stack.up();
    const volume = await field('pvc', LOKI_CLAIM, '.spec.volumeName');

    await timed('destroy', () => stack.run('destroy', '--yes', '--skip-preview'));
    // Nobody waits for Grafana here, and so not for its end either.
    const left = await eventually(
      () => list('all,configmap,secret,serviceaccount,pvc', '-n', logging),
      (names) => !names.some((name) => name.includes('grafana')),
      60,
    );
    // The namespace is there already, because the volume's claim is in it.
    process.env['PULUMI_K8S_UPSERT_EXISTING_OBJECTS'] = 'true';
    await stack.up();
    delete process.env['PULUMI_K8S_UPSERT_EXISTING_OBJECTS'];

    expect(volume).not.toBe('');
    // Silences are kept with the lines; metrics are not.
    expect(left.filter((name) => !/kube-root-ca|serviceaccount\/default/.test(name))).toEqual([
      'persistentvolumeclaim/data-alertmanager-0',
      `persistentvolumeclaim/${LOKI_CLAIM}`,
    ]);
    expect(await field('pvc', LOKI_CLAIM, '.spec.volumeName')).toBe(volume);
    expect(await linesOf('engine-first')).toEqual(['a line of engine-first']);
  });

  test('pulumi destroy removes all the rest', async () => {
    await stack.set('persistence.retainOnDelete', 'false');
    await stack.up();

    await stack.run('destroy', '--yes', '--skip-preview');

    expect(await stack.resources()).toEqual([]);
    expect(await list('namespace', logging, agents)).toEqual([]);
    expect(await list('clusterrole,clusterrolebinding', '-l', 'app.kubernetes.io/part-of=spywatcher-logs')).toEqual([]);
    expect(
      await eventually(
        () => list('pv'),
        ({ length }) => length === 0,
        30,
      ),
    ).toEqual([]);
  });

  test('an up that was killed is taken up by the next one, and those after it can change what it made', async () => {
    await stack.killedUp(async () => (await field('statefulset', 'loki', '.metadata.name')) !== '');

    await timed('up after a killed one', () => stack.up());
    expect(await stack.plannedChanges()).toEqual({});
    await stack.set('limits.maxStreams', '8000');
    await stack.up();

    expect(await stack.plannedChanges()).toEqual({});
    expect(await field('configmap', 'loki-config', '.data')).toMatch(/max_global_streams_per_user: 8000/);
    await waitForRollout(target, logging, 'statefulset/loki', 1);
    await stack.run('destroy', '--yes', '--skip-preview');
  });
});

/** Whether a text has a value in it, as it is or anywhere in something that is written in base64. */
function holds(text: string, value: string): boolean {
  const encoded = [0, 1, 2].map((before) => {
    const letters = Buffer.from(`${'-'.repeat(before)}${value}`)
      .toString('base64')
      .replace(/=+$/, '');
    // What stands before and after it has a part in the letters at both ends.
    return letters.slice(Math.ceil((before * 8) / 6), -1);
  });
  return [value, ...encoded].some((form) => text.includes(form));
}
