/** The cluster of the end-to-end tests, and what their tests do with it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { receiverConfig, receiverUrl } from '../../local/alert-receiver';
import { type Cluster, currentCluster, startCluster } from '../../local/cluster';
import { ensureForwards } from '../../local/forward';
import { buildClientImage, buildCollectorImage } from '../../local/images/catalog';
import { applyObjects, kubectl, type Target, waitForRollout } from '../../local/kubernetes';
import { KUBELET_ROOT } from '../../local/layout';
import { LokiClient } from '../../local/loki-client';
import { runInside } from '../../local/namespace';
import { importStackImages } from '../../local/stack-images';
import { freePorts } from '../../programs/program';
import { waitAloud } from '../../programs/wait';
import { parseStackConfig, type StackConfig, type StackConfigInput } from '../../src/config';
import type { KubernetesObject } from '../../charts/objects';
import { imageReference } from '../../src/components/kit/container';
import { agentOf, NAME } from '../../src/components/kit/identity';
import { gatewayServicePort } from '../../src/components/gateway';
import { secretManifests } from '../../charts/secret-manifests';
import { generateSecretValues } from '../../src/secrets/values';
import type { SecretValues } from '../../src/secrets/row';
import { buildGrafanaStandIn, GRAFANA_STAND_IN } from './grafana-stand-in';
import { type CertificateFiles, makeCertificate, startTlsBridge } from '../../programs/tls';
import { fastObjects, SCRAPE_INTERVAL } from './fast-alerts';

/** Namespace of the pods that tests start. */
export const APPS = 'e2e-apps';
export const CLIENT_IMAGE = 'spywatcher/e2e-client:1.0.0';
/** Where start-stack tells the tests which port of this machine leads to the gateway. */
export const GATEWAY_PORT_VARIABLE = 'E2E_GATEWAY_PORT';
/** The same of the port behind it, where TLS is spoken. */
const FORWARD_PORT_VARIABLE = 'E2E_FORWARD_PORT';
/** Where start-stack tells the tests the values of the stack's Secrets. */
const SECRETS_VARIABLE = 'E2E_SECRET_VALUES';

const root = join(__dirname, '..', '..');

export const log = (line: string): void => void process.stderr.write(`    e2e: ${line}\n`);

/** Tenant of the agent beside the stack's own: the same lines, once more. */
export const SECOND_TENANT = { name: 'second', write: ['collector'], read: ['second-reader'] } as const;

/** The tenants of the tests and their credentials. */
export const TENANTS = [
  { name: 'spywatcher', write: ['promtail'], read: ['grafana', 'canary'], erase: ['eraser'] },
  { name: 'audit', write: ['audit-writer'], read: ['audit-reader'], erase: ['audit-eraser'] },
  // Of which the overseer is to see nothing.
  { name: 'payments', write: ['payments-writer'], read: ['payments-reader'] },
  { ...SECOND_TENANT, write: [...SECOND_TENANT.write], read: [...SECOND_TENANT.read] },
];
export const OVERSEER = { name: 'overseer', tenants: ['spywatcher', 'audit'] };

/** A pod whose lines are missed when they do not come. */
export const SILENT_JOB = 'doctor-writer';

/** Stack dev with production's auth: the stricter of the two is what the tests go through. */
export function e2eConfig(changes: Partial<StackConfigInput> = {}): StackConfig {
  return parseStackConfig('e2e', {
    environment: 'dev',
    retention: { period: '7d' },
    persistence: { size: '16Gi', retainOnDelete: false },
    auth: { loki: { tenants: TENANTS, crossTenantReaders: [OVERSEER] } },
    // All requests of the tests come from one address.
    gateway: { tls: {}, failedLoginsPerMinute: 1000 },
    canary: {},
    monitoring: { scrapeInterval: SCRAPE_INTERVAL },
    alerting: {
      interval: '5s', // nobody here waits for the usual minute
      silentJobs: [SILENT_JOB],
      rules: [
        {
          name: 'TooManyTestErrors',
          expr: 'sum by (app) (count_over_time({app=~"alerting-.+", level="error"}[20s])) > 5',
          for: '0s',
          severity: 'critical',
          summary: 'A pod of the tests writes errors',
          description: '{{ $value }} errors of {{ $labels.app }} in 20s.',
          runbook: 'https://runbooks.example.com/too-many-test-errors',
        },
      ],
    },
    alertmanager: {
      type: 'embedded',
      groupWait: '2s',
      groupInterval: '5s',
      persistence: { size: '64Mi' },
      receivers: [receiverConfig('hook', APPS)],
    },
    images: { grafana: GRAFANA_STAND_IN },
    resources: {
      loki: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '2', memory: '768Mi' } },
      gateway: {},
      promtail: {},
      grafana: {},
    },
    ...changes,
  });
}

/** The cluster that the tier has started. @throws Error where none runs */
export function runningCluster(): { readonly cluster: Cluster; readonly target: Target } {
  const cluster = currentCluster();
  if (cluster === undefined) throw new Error('the local cluster does not run');
  return { cluster, target: targetOf(cluster) };
}

export function targetOf({ kubectl: program, kubeconfig }: Cluster): Target {
  return { kubectl: program, select: ['--kubeconfig', kubeconfig] };
}

/** Cluster with images, ready for a stack. */
export async function prepareCluster(
  config: StackConfig,
): Promise<{ readonly cluster: Cluster; readonly target: Target }> {
  const cluster = await startCluster(log);
  const further = [
    await buildClientImage(CLIENT_IMAGE),
    await buildGrafanaStandIn(),
    await buildCollectorImage(imageReference(config.images.collector, config.images), log),
  ];
  await importStackImages(cluster, config, further, log);
  const target = targetOf(cluster);
  await applyObjects(target, [appsNamespace()]);
  return { cluster, target };
}

/** The namespace of the pods that tests start. */
export const appsNamespace = (): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: APPS, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** The GitOps door: Secrets first, then `kubectl apply --server-side -f <rendered folder>`. */
export async function applyRendered(
  target: Target,
  objects: readonly KubernetesObject[],
  secrets: readonly object[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-rendered-'));
  try {
    const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
    await applyObjects(target, namespaces);
    if (secrets.length > 0) await applyObjects(target, secrets);
    writeFileSync(join(folder, 'stack.yaml'), objects.map((object) => stringify(object)).join('---\n'));
    await kubectl(target, ['apply', '--server-side', '--force-conflicts', '-f', folder], { timeout: 120 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fresh values for every secret, which the tests then find in {@link secretValues}. */
export function makeSecretValues(config: StackConfig): SecretValues {
  const values = {
    ...generateSecretValues(config),
    'alertmanager.hook': receiverUrl(APPS),
  };
  process.env[SECRETS_VARIABLE] = JSON.stringify(values);
  return values;
}

/** What the stack was started with. */
export function secretValues(): SecretValues {
  return JSON.parse(process.env[SECRETS_VARIABLE] ?? '{}') as SecretValues;
}

/** `name:password` of a credential. */
export function credential(name: string): string {
  return `${name}:${secretValues()[`gateway.${name}`] ?? ''}`;
}

/** The Secrets that whoever runs the cluster makes: the gateway's certificate, and for the agents that of its CA. */
export function certificateSecrets({ namespaces }: StackConfig, files: CertificateFiles): readonly object[] {
  const secret = (name: string, namespace: string, stringData: object): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    stringData,
  });
  return [
    secret('gateway-tls', namespaces.logging, files),
    secret('gateway-ca', namespaces.agents, { 'ca.crt': files['ca.crt'] }),
  ];
}

/** All Secrets of a stack. */
export function allSecrets(config: StackConfig, certificate: CertificateFiles): readonly object[] {
  return [...secretManifests(config, makeSecretValues(config)), ...certificateSecrets(config, certificate)];
}

/** A certificate for the name that clients in the cluster know the gateway by. */
export function gatewayCertificate(config: StackConfig): CertificateFiles {
  return makeCertificate(`gateway.${config.namespaces.logging}.svc`);
}

export async function waitForStack(target: Target, config: StackConfig): Promise<void> {
  const { logging, agents } = config.namespaces;
  const workloads = [
    [logging, 'statefulset/loki'],
    [logging, 'deployment/gateway'],
    [logging, 'deployment/grafana'],
    [agents, `daemonset/${agentOf(config).name}`],
    ...(config.alertmanager.type === 'embedded' ? [[logging, 'statefulset/alertmanager'] as const] : []),
    ...(config.monitoring.type === 'embedded' ? [[logging, 'statefulset/prometheus'] as const] : []),
    ...(config.canary === undefined ? [] : [[logging, 'deployment/canary'] as const]),
  ] as const;
  await Promise.all(workloads.map(([namespace, workload]) => waitForRollout(target, namespace, workload, 180)));
}

/** Ready pods are not yet answers: kube-proxy and DNS learn of them a moment later. */
export function waitForAnswer(reader = gatewayClient('grafana')): Promise<void> {
  return waitAloud({
    what: 'a query through the gateway',
    missing: () => reader.count('{job=~".+"}', '1m').then(() => undefined, String),
    timeout: 90,
    log,
  });
}

/** Applies the stack anew, because another test file may have left another config. */
export async function restoreStack(config: StackConfig): Promise<Target> {
  const { target } = runningCluster();
  await applyObjects(target, fastObjects(config));
  await waitForStack(target, config);
  await waitForAnswer();
  return target;
}

/** A client with this credential, through the gateway. */
export function gatewayClient(name: string): LokiClient {
  return new LokiClient({ url: gatewayUrl(), user: name, password: secretValues()[`gateway.${name}`] ?? '' });
}

export function gatewayUrl(): string {
  return `http://localhost:${process.env[GATEWAY_PORT_VARIABLE] ?? 'unknown'}`;
}

/** The port of this machine that leads to the gateway. */
export function gatewayPort(): number {
  return Number(new URL(gatewayUrl()).port);
}

/** A plain port of this machine to the gateway, whose certificate is checked on the way. */
export async function forwardGateway(config: StackConfig, ca: string): Promise<number> {
  const [port = 0] = await freePorts(1);
  process.env[FORWARD_PORT_VARIABLE] = String(port);
  await restoreForward(config);
  return (await startTlsBridge({ port, host: `gateway.${config.namespaces.logging}.svc`, ca })).port;
}

/** Forwards end with the cluster's other processes. */
export async function restoreForward(config: StackConfig): Promise<void> {
  const port = Number(process.env[FORWARD_PORT_VARIABLE]);
  const namespace = config.namespaces.logging;
  await ensureForwards([{ port, namespace, service: 'gateway', servicePort: gatewayServicePort(config) }], log);
}

/** Runs a shell script in a pod of its own, as an application would; returns when it has ended. */
export async function startWriter(target: Target, name: string, script: string): Promise<void> {
  await applyObjects(target, [writerPod(name, script)]);
}

export async function waitForWriter(target: Target, name: string, timeout: number): Promise<void> {
  await kubectl(
    target,
    ['-n', APPS, 'wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', `--timeout=${timeout}s`],
    { timeout: timeout + 10 },
  );
}

function writerPod(name: string, script: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: APPS, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'writer',
          image: CLIENT_IMAGE,
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

/** The name of the agent's pod, and its uid. */
async function agentPod(target: Target, config: StackConfig, field: 'name' | 'uid'): Promise<string> {
  const selected = ['get', 'pods', '-l', `${NAME}=${agentOf(config).name}`];
  return kubectl(target, ['-n', config.namespaces.agents, ...selected, '-o', `jsonpath={.items[0].metadata.${field}}`]);
}

/** What the agent reads before each push, where the kubelet keeps it for the pod. */
export async function agentsPassword(target: Target, config: StackConfig): Promise<string> {
  const uid = await agentPod(target, config, 'uid');
  // Kubelet's mounts are in the cluster's namespaces alone.
  return runInside([
    'cat',
    join(KUBELET_ROOT, 'pods', uid, 'volumes', 'kubernetes.io~secret', 'credential', 'password'),
  ]);
}

/** Promtail's metric of lines that it has given up, where it has given up any. */
export async function droppedByAgent(target: Target, config: StackConfig): Promise<string | undefined> {
  const pod = await agentPod(target, config, 'name');
  const path = `/api/v1/namespaces/${config.namespaces.agents}/pods/${pod}:9080/proxy/metrics`;
  const metrics = await kubectl(target, ['get', '--raw', path]);
  return /^promtail_dropped_entries_total\{.*\} [1-9].*/m.exec(metrics)?.[0];
}

/** The repository, for what is committed there. */
export const projectRoot = root;
