/** A real API server with its database and the admission of a real cluster, and nothing that would run a pod. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../charts/objects';
import { HttpClient } from '../../src/operations/http';
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
} from '../../programs/program';

export interface ApiServer {
  /** File with the administrator's access. */
  readonly kubeconfig: string;
  /** Runs kubectl as the administrator; objects go to its standard input as one list. */
  readonly kubectl: (args: readonly string[], objects?: readonly object[]) => Promise<RunResult>;
  /**
   * Has the server check an object as if it were applied, strictly and without keeping it: what it says against it, or
   * warns of. Several may be asked about at once, which is a hundred times as fast as kubectl.
   */
  readonly refusal: (object: KubernetesObject) => Promise<string | undefined>;
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
      // Of both families, so that it takes Services of either.
      '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
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
  // The server's certificate is its own, of this minute, on the loopback address.
  const http = new HttpClient({ connections: 8, tls: { rejectUnauthorized: false } });
  const ask = async (method: string, path: string, body?: object): Promise<ApiAnswer> => {
    const { status, text, headers } = await http.send(`https://127.0.0.1:${secure ?? 0}`, path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/apply-patch+yaml' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const warnings = [headers['warning'] ?? []].flat();
    return { status, text, warning: warnings.length === 0 ? undefined : warnings.join(', ') };
  };
  const resources = new Map<string, Promise<readonly ApiResource[]>>();
  const resourceOf = async ({ apiVersion, kind }: KubernetesObject): Promise<readonly [string, ApiResource]> => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known =
      resources.get(root) ??
      ask('GET', root).then(({ status, text }) => {
        if (status !== 200) throw new Error(`${root}: ${text}`);
        return (JSON.parse(text) as { readonly resources: readonly ApiResource[] }).resources;
      });
    resources.set(root, known);
    const resource = (await known).find((one) => one.kind === kind && !one.name.includes('/'));
    if (resource === undefined) throw new Error(`the API server has no ${apiVersion} ${kind}`);
    return [root, resource];
  };
  const refusal: ApiServer['refusal'] = async (object) => {
    const [root, { name, namespaced }] = await resourceOf(object);
    const scope = namespaced ? `/namespaces/${object.metadata.namespace ?? ''}` : '';
    const path = `${root}${scope}/${name}/${encodeURIComponent(object.metadata.name)}`;
    const { status, text, warning } = await ask('PATCH', `${path}?${DRY_RUN}`, object);
    return status === 200 || status === 201 ? warning : (JSON.parse(text) as { readonly message: string }).message;
  };
  const stop = async (): Promise<void> => {
    await http.close();
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
  return { kubeconfig, kubectl, refusal, stop };
}

const DRY_RUN = 'dryRun=All&fieldManager=test&force=true&fieldValidation=Strict';

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly warning: string | undefined;
}
