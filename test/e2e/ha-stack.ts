/** A second stack beside that of all tests: three Lokis in a ring, and the S3 server that is their bucket. */
import { readdirSync, readFileSync } from 'node:fs';
import { buildVersitygwImage } from '../../local/images/catalog';
import type { KubernetesObject } from '../../charts/objects';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { NETWORK } from '../../local/layout';
import { parseStackConfig, type StackConfig, type StackConfigInput } from '../../src/config';
import { secretManifests } from '../../charts/secret-manifests';
import type { SecretValues } from '../../src/secrets/row';
import { generateSecretValues } from '../../src/secrets/values';
import { eventually } from '../../programs/wait';
import { APPS, applyRendered, log, runningCluster } from './cluster';
import { fastObjects } from './fast-alerts';

const IMAGE = 'spywatcher/e2e-s3:1.0.0';
const BUCKET = 'logs';
const PORT = 7070;

export const haConfig = (changes: Partial<StackConfigInput> = {}): StackConfig =>
  parseStackConfig('e2e-ha', {
    environment: 'dev',
    namespaces: { logging: 'ha-logging', agents: 'ha-agents' },
    // What they say of a stack, that of the other tests says.
    alertmanager: { type: 'none' },
    monitoring: { type: 'none' },
    deployment: { mode: 'ha', replicas: 3, replicationFactor: 3 },
    storage: {
      type: 's3',
      bucket: BUCKET,
      region: 'us-east-1',
      endpoint: `http://s3.${APPS}.svc:${PORT}`,
      forcePathStyle: true,
      egress: [{ cidr: NETWORK.range, port: PORT }],
    },
    persistence: { size: '5Gi', retainOnDelete: false },
    // All requests of the tests come from one address.
    gateway: { failedLoginsPerMinute: 1000 },
    agent: {
      excludeNamespaces: ['kube-system', 'logging', 'logging-agents'],
    },
    resources: {
      loki: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      compactor: { requests: { cpu: '50m', memory: '64Mi' } },
    },
    ...changes,
  });

export interface HaStack {
  readonly target: Target;
  readonly config: StackConfig;
  readonly values: SecretValues;
}

/**
 * Starts the S3 server and the stack, and waits until all of it is ready.
 *
 * @param admit - what the cluster writes into objects as they come.
 */
export async function startHaStack(
  config = haConfig(),
  admit = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] => objects,
): Promise<HaStack> {
  const { cluster, target } = runningCluster();
  const values = {
    ...generateSecretValues(config),
    's3.accessKeyId': 'AKIAHATEST',
    's3.secretAccessKey': 'a-key-that-only-this-test-knows',
  };
  await cluster.importImage(await buildVersitygwImage(IMAGE, log));
  await applyObjects(target, s3Server(values));
  await kubectl(target, ['-n', APPS, 'wait', 'pod/s3', '--for=condition=Ready', '--timeout=60s'], { timeout: 70 });
  await applyRendered(target, admit(fastObjects(config)), secretManifests(config, values));
  const { logging, agents } = config.namespaces;
  for (const [namespace, workload] of [
    [logging, 'statefulset/loki'],
    [logging, 'statefulset/compactor'],
    [logging, 'deployment/gateway'],
    [agents, 'daemonset/promtail'],
  ] as const)
    await waitForRollout(target, namespace, workload, 180);
  return { target, config, values };
}

/**
 * Removes all of it, writers first: an agent without a gateway and a Loki without its bucket try for minutes to get rid of what they
 * have. Nobody wants it any more, so they need not end well.
 */
export async function removeHaStack({ target, config }: HaStack): Promise<void> {
  const { logging, agents } = config.namespaces;
  for (const namespace of [agents, logging]) {
    const remove = ['-n', namespace, 'delete', '--all', '--timeout=150s'];
    await kubectl(target, [...remove, 'daemonsets,statefulsets', '--cascade=orphan'], { timeout: 160 });
    await kubectl(target, [...remove, 'pods', '--grace-period=1'], { timeout: 160 });
  }
  await kubectl(target, ['delete', 'namespace', logging, agents, '--wait=false']);
  await kubectl(target, ['-n', APPS, 'delete', 'pod/s3', 'service/s3', '--wait=false']);
}

function s3Server(values: Readonly<Record<string, string>>): readonly object[] {
  const labels = { 'app.kubernetes.io/name': 's3' };
  const start = `mkdir -p /data/buckets/${BUCKET} /data/metadata && exec versitygw --port :${PORT} --region us-east-1 --health /health --quiet posix --sidecar /data/metadata /data/buckets`;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's3', namespace: APPS },
      spec: { selector: labels, ports: [{ port: PORT }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 's3', namespace: APPS, labels },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65534,
          fsGroup: 65534,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 's3',
            image: IMAGE,
            imagePullPolicy: 'Never',
            command: ['sh', '-c', start],
            env: [
              { name: 'ROOT_ACCESS_KEY_ID', value: values['s3.accessKeyId'] },
              { name: 'ROOT_SECRET_ACCESS_KEY', value: values['s3.secretAccessKey'] },
            ],
            readinessProbe: { httpGet: { path: '/health', port: PORT }, periodSeconds: 1 },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
        volumes: [{ name: 'data', emptyDir: {} }],
      },
    },
  ];
}

/** Names of the objects in the bucket. */
export async function objectsInBucket({ target }: HaStack): Promise<readonly string[]> {
  const found = await kubectl(target, [
    '-n',
    APPS,
    'exec',
    's3',
    '--',
    'find',
    `/data/buckets/${BUCKET}`,
    '-type',
    'f',
  ]);
  return found.trim().split('\n').filter(Boolean);
}

/** How often the kubelet has started a pod's Loki again, and whether it is ready. */
async function lokiIn({ target, config }: HaStack, pod: string) {
  const status = '.status.containerStatuses[0]';
  const path = `jsonpath={${status}.restartCount} {${status}.ready}`;
  const said = await kubectl(target, ['-n', config.namespaces.logging, 'get', 'pod', pod, '-o', path]);
  const [restarts, ready] = said.split(' ');
  return { pod, restarts: Number(restarts), isReady: ready === 'true' };
}

/** Lets the Lokis of these pods die, and waits until each was started again and is ready: Kubernetes hears of a death a moment late. */
export async function untilStartedAgain(
  stack: HaStack,
  pods: readonly string[],
  die: () => Promise<void>,
  seconds: number,
): Promise<void> {
  const look = () => Promise.all(pods.map((pod) => lokiIn(stack, pod)));
  const before = await look();
  await die();
  const isBack = (now: typeof before): boolean =>
    now.every(({ restarts, isReady }, index) => isReady && restarts > (before[index]?.restarts ?? 0));
  await eventually(
    look,
    isBack,
    seconds,
    (after) => `not back: ${JSON.stringify(after)}; before ${JSON.stringify(before)}`,
  );
}

/** Kills a pod's Loki as a crash would; nothing where it does not run. */
export async function killLoki({ target, config }: HaStack, pod: string): Promise<void> {
  const { logging } = config.namespaces;
  const uid = await kubectl(target, ['-n', logging, 'get', 'pod', pod, '-o', 'jsonpath={.metadata.uid}']);
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const isLoki = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'loki';
      if (isLoki && readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(uid)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended since the folder was read.
    }
  }
}
