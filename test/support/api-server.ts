/** A real API server with its database and the admission of a real cluster, and nothing that would run a pod. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crdFiles } from './crds';
import {
  freePorts,
  programs,
  removeFolder,
  run,
  type RunResult,
  startProgram,
  temporaryFolder,
  until,
} from './program';

export interface ApiServer {
  /** File with the administrator's access. */
  readonly kubeconfig: string;
  /** Runs kubectl as the administrator; objects go to its standard input as one list. */
  readonly kubectl: (args: readonly string[], objects?: readonly object[]) => Promise<RunResult>;
  readonly stop: () => Promise<void>;
}

/**
 * Starts etcd and kube-apiserver on free ports of the loopback address, with all their files in a temporary folder. The
 * server knows the custom resources that a stack may have.
 */
export async function startApiServer(): Promise<ApiServer> {
  const tools = await programs('etcd', 'kube-apiserver', 'kubectl');
  const definitions = await crdFiles();
  const folder = temporaryFolder('api-server');
  const [client, peer, secure] = await freePorts(3);
  const database = `http://127.0.0.1:${client}`;
  const token = randomUUID();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(folder, 'service-account.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  const etcd = startProgram(
    [
      tools.etcd,
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${database}`,
      `--advertise-client-urls=${database}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    join(folder, 'etcd.log'),
  );
  const server = startProgram(
    [
      tools['kube-apiserver'],
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${secure}`,
      `--cert-dir=${join(folder, 'certificates')}`,
      `--etcd-servers=${database}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--allow-privileged',
      // Nothing of it is a member of anything here.
      '--endpoint-reconciler-type=none',
    ],
    join(folder, 'kube-apiserver.log'),
  );
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'test',
          cluster: {
            server: `https://127.0.0.1:${secure}`,
            'certificate-authority': join(folder, 'certificates', 'apiserver.crt'),
          },
        },
      ],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      'current-context': 'test',
    }),
    { mode: 0o600 },
  );
  const kubectl: ApiServer['kubectl'] = (args, objects) =>
    run([tools.kubectl, `--kubeconfig=${kubeconfig}`, ...args], {
      env: { KUBECACHEDIR: join(folder, 'cache') },
      ...(objects === undefined ? {} : { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) }),
    });
  const stop = async (): Promise<void> => {
    await server.stop();
    await etcd.stop();
    removeFolder(folder);
  };
  try {
    await until(
      'the API server',
      async () => {
        const { code, stderr } = await kubectl(['get', '--raw=/readyz']);
        const failed = stderr.match(/\[-\][\w/-]+/g)?.join(' ') ?? stderr.trim();
        return code === 0 ? undefined : failed;
      },
      { seconds: 60, program: server },
    );
    // What every namespace's first pod needs is there a moment later than the server itself.
    await until('the namespace "default"', async () =>
      (await kubectl(['get', 'namespace', 'default'])).code === 0 ? undefined : 'not there',
    );
    for (const args of [
      ['apply', '--server-side', ...definitions.map((file) => `--filename=${file}`)],
      ['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all'],
    ]) {
      const { code, stderr } = await kubectl(args);
      if (code !== 0) throw new Error(`custom resources: ${stderr}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, kubectl, stop };
}
