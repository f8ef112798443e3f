/** A pod that is told of alerts by a webhook, and what it was told: in Discord's place on clusters of this machine. */
import { CONTAINER_SECURITY } from '../src/components/kit/container';
import { kubectl, type Target } from './kubernetes';

/** Its name, and where it listens. */
export const ALERT_RECEIVER = { name: 'alert-receiver', port: 8080 } as const;

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
  }).listen(${ALERT_RECEIVER.port});
  process.once('SIGTERM', () => process.exit());`;

/** Where Alertmanager posts to. */
export function receiverUrl(namespace: string): string {
  return `http://${ALERT_RECEIVER.name}.${namespace}.svc:${ALERT_RECEIVER.port}/alerts`;
}

/** The receiver in a stack file; its URL is a secret. */
export function receiverConfig(name: string, namespace: string) {
  const podLabels = { 'app.kubernetes.io/name': ALERT_RECEIVER.name };
  return { name, type: 'webhook' as const, egress: [{ namespace, podLabels, port: ALERT_RECEIVER.port }] };
}

/** Its objects. @param image - with Node.js */
export function receiverObjects(namespace: string, image: string): readonly object[] {
  const labels = { 'app.kubernetes.io/name': ALERT_RECEIVER.name };
  const metadata = { name: ALERT_RECEIVER.name, namespace, labels };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: ALERT_RECEIVER.port }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: ALERT_RECEIVER.name,
                image,
                imagePullPolicy: 'IfNotPresent',
                command: ['node', '-e', SERVER],
                resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { cpu: '100m', memory: '96Mi' } },
                securityContext: CONTAINER_SECURITY,
                readinessProbe: { tcpSocket: { port: ALERT_RECEIVER.port }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ];
}

/** Everything that it was told, in the order in which it came. */
export async function receivedMessages(target: Target, namespace: string): Promise<readonly Message[]> {
  const text = await kubectl(target, ['-n', namespace, 'logs', `deployment/${ALERT_RECEIVER.name}`, '--tail=-1']);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Message => JSON.parse(line) as Message);
}
