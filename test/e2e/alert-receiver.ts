/**
 * A pod that is told of alerts by a webhook, and what it was told. It is there from the start: alerts that reach nobody would be one
 * alert more.
 */
import type { Cluster } from '../../local/cluster';
import { buildNodeImage } from '../../local/images/catalog';
import { applyObjects, kubectl, type Target } from '../../local/kubernetes';
import { ALERT_RECEIVER, APPS } from './cluster';

const IMAGE = 'spywatcher/e2e-alert-receiver:1.0.0';

/** What Alertmanager sends to a webhook. */
export interface Message {
  readonly receivedAt: number;
  readonly status: 'firing' | 'resolved';
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly generatorURL: string;
  }[];
}

/** Writes each message, and when it came, on a line. */
const SERVER = `
  require('node:http').createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      console.log(JSON.stringify({ receivedAt: Date.now(), ...JSON.parse(body) }));
      response.end();
    });
  }).listen(${ALERT_RECEIVER.port});`;

/** Starts it where e2eConfig says that Alertmanager finds it. */
export async function startReceiver(cluster: Cluster, target: Target): Promise<void> {
  await cluster.importImage(await buildNodeImage({ name: IMAGE, folders: {}, command: [] }));
  await applyObjects(target, receiver());
  await kubectl(target, ['-n', APPS, 'wait', `pod/${ALERT_RECEIVER.name}`, '--for=condition=Ready', '--timeout=60s'], {
    timeout: 70,
  });
}

/** Everything that it was told, in the order in which it came. */
export async function receivedMessages(target: Target): Promise<readonly Message[]> {
  const text = await kubectl(target, ['-n', APPS, 'logs', ALERT_RECEIVER.name, '--tail=-1']);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Message => JSON.parse(line) as Message);
}

function receiver(): readonly object[] {
  const labels = { 'app.kubernetes.io/name': ALERT_RECEIVER.name };
  const metadata = { name: ALERT_RECEIVER.name, namespace: APPS, labels };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: ALERT_RECEIVER.port }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: ALERT_RECEIVER.name,
            image: IMAGE,
            imagePullPolicy: 'Never',
            command: ['/usr/local/bin/node', '-e', SERVER],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            readinessProbe: { tcpSocket: { port: ALERT_RECEIVER.port }, periodSeconds: 1 },
          },
        ],
      },
    },
  ];
}
