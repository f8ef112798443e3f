/** The pod through which a backup reads and writes Loki's volume. */
import { CONTAINER_SECURITY, imageReference } from '../../components/kit/container';
import { LOKI, objectLabels } from '../../components/kit/identity';
import { everyPod, podSecurity } from '../../components/kit/pod';
import { DATA } from '../../components/loki/storage';
import type { StackConfig } from '../../config';

/** uid of Loki's image, which owns the files. */
const USER = 10001;
/** Its name. */
export const POD = 'loki-volume';

/**
 * The pod. It is of the gateway's image: Loki's has no shell, and this one every node can have. Nothing reaches it, and it
 * reaches nothing. It runs where Loki does, because its volume is there.
 */
export function volumePod(config: StackConfig): object {
  const { namespaces, images } = config;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: POD,
      namespace: namespaces.logging,
      labels: { ...objectLabels({ name: POD }) },
    },
    spec: {
      restartPolicy: 'Never',
      ...everyPod(config, LOKI.name),
      securityContext: podSecurity(config, LOKI.name, USER),
      containers: [
        {
          name: POD,
          image: imageReference(images.gateway, images),
          imagePullPolicy: images.pullPolicy,
          command: ['sh', '-c', 'trap exit TERM; while true; do sleep 1; done'],
          resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '2', memory: '256Mi' } },
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [
            { name: 'data', mountPath: DATA },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: `data-${LOKI.name}-0` } },
        { name: 'tmp', emptyDir: { sizeLimit: '16Mi' } },
      ],
    },
  };
}
