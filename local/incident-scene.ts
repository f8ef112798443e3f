/** Where `make incident` takes place: the pod that makes the faults, Alertmanager, and the receiver beside the example. */
import { z } from 'zod';
import { CONTAINER_SECURITY } from '../src/components/kit/container';
import { ALERTMANAGER } from '../src/components/kit/identity';
import type { StackConfig } from '../src/config';
import type { ExitCode } from '../src/operations/command';
import { receivedMessages } from './alert-receiver';
import { BACKEND_NAMESPACE, backendImage } from './example-backend';
import { exitOf, incident, incidentTable, LONGEST_SECONDS, type Scene } from './incident';
import { applyObjects, exists, kubectl, type Target } from './kubernetes';
import { runnable, tellsExample } from './runnable';
import { targetOf } from './target';
import type { UpProps } from './up';

const POD = 'incident';

/** The whole command. @throws Error where there is nothing to make an incident on */
export async function makeIncident({ project, stack, context, log }: UpProps): Promise<ExitCode> {
  const up = `make up${context === undefined ? '' : ` CONTEXT=${context}`}`;
  const target = await targetOf(context);
  const what = await runnable(project, stack, target, context === undefined, 'running');
  if (!tellsExample(what))
    throw new Error(
      `stack ${stack} has receivers of its own, and an incident would tell them; without receivers in its file, ${up} makes one`,
    );
  if (!(await exists(target, 'deployment', BACKEND_NAMESPACE, 'backend')))
    throw new Error(`the example backend is not there: ${up}`);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const scene = clusterScene(target, what.config, backendImage(project));
  const outcomes = await incident(scene, log, stopped.signal);
  process.stdout.write(`\n${incidentTable(outcomes)}\n\n${AFTERWARDS}\n`);
  return exitOf(outcomes);
}

const AFTERWARDS =
  'Panels are on the dashboard "Spywatcher - Log Aggregation". The alerts end within ten minutes; until then make status names them.';

/** The example and the stack on a cluster. */
export function clusterScene(target: Target, { namespaces }: StackConfig, image: string): Scene {
  const path = '/api/v2/alerts?active=true&silenced=true&inhibited=true';
  const service = `/api/v1/namespaces/${namespaces.logging}/services/${ALERTMANAGER.name}:${ALERTMANAGER.ports.http}`;
  return {
    begin: () => applyObjects(target, [incidentPod(image)]),
    firing: async () => firingSince(await kubectl(target, ['get', '--raw', `${service}/proxy${path}`])),
    told: () => receivedMessages(target, BACKEND_NAMESPACE),
    end: async () => {
      const pod = ['delete', 'pod', POD, '--ignore-not-found', '--grace-period=1', '--timeout=60s'];
      await kubectl(target, ['-n', BACKEND_NAMESPACE, ...pod], { timeout: 70 });
    },
  };
}

/** Ends by itself if nobody ends it. */
function incidentPod(image: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: POD, namespace: BACKEND_NAMESPACE, labels: { 'app.kubernetes.io/name': POD } },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: LONGEST_SECONDS + 60,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: POD,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', '/app/incident.js'],
          env: [{ name: 'BACKEND', value: 'http://backend:3001' }],
          resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [{ name: 'program', mountPath: '/app', readOnly: true }],
        },
      ],
      volumes: [{ name: 'program', configMap: { name: 'example-backend' } }],
    },
  };
}

const alerts = z.array(
  z.looseObject({ labels: z.looseObject({ alertname: z.string() }), startsAt: z.iso.datetime({ offset: true }) }),
);

/** Alertmanager's list: the name of each alert, and when the first one of that name began to fire. */
export function firingSince(answer: string): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  for (const { labels, startsAt } of alerts.parse(JSON.parse(answer)))
    since.set(labels.alertname, Math.min(since.get(labels.alertname) ?? Infinity, Date.parse(startsAt)));
  return since;
}
