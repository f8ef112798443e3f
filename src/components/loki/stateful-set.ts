/** The StatefulSet of every program of Loki's image: Loki itself, and a ring's compactor. */
import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Resources, StackConfig } from '../../config';
import type { ByteSize } from '../../config/units';
import { type ContainerProps, containerPorts, goMemory, httpProbe } from '../kit/container';
import type { Identity } from '../kit/identity';
import { scratch } from '../kit/pod';
import type { StatefulSetProps, Workload } from '../kit/workload';
import { bucketCredentials, bucketLabels } from './bucket-access';
import { CONFIG, DATA, hasVariables } from './storage';

/** uid and gid of the image. */
const USER = 10001;
const TMP_SIZE = { bytes: 256 * 2 ** 20 };

/** The fields in which the programs differ. */
export interface LokiStatefulSetProps extends Pick<StatefulSetProps, 'replicas' | 'parallel' | 'minZones'> {
  readonly identity: Identity;
  /** Contents of the ConfigMap `<name>-config`. */
  readonly files: Readonly<Record<string, string>>;
  /** Further folders. Loki reloads them while it runs, so that a change restarts nothing. */
  readonly mounts?: { readonly volumeMounts: readonly k8s.VolumeMount[]; readonly volumes: readonly k8s.Volume[] };
  readonly resources: Resources;
  readonly volumeSize: ByteSize;
  /** Seconds after which a pod that is not ready yet is restarted. */
  readonly startSeconds: number;
  /** Seconds that a pod has to end. @default - Kubernetes' own 30 */
  readonly endSeconds?: number;
  /** @default - every 5 s */
  readonly readiness?: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold' | 'timeoutSeconds'>;
  /** Path that answers while the process lives, even while it is busy. */
  readonly alive: string;
  readonly args?: readonly string[];
  readonly env?: readonly k8s.EnvVar[];
}

/** A StatefulSet. Each pod has a volume, and the files of the ConfigMap. */
export function lokiStatefulSet(
  workload: Workload,
  config: Pick<StackConfig, 'persistence' | 'storage' | 'images'>,
  props: LokiStatefulSetProps,
): void {
  const { identity, files, replicas, parallel, minZones, volumeSize, endSeconds } = props;
  const { persistence, storage } = config;
  workload.statefulSet({
    replicas,
    serviceName: `${identity.name}-headless`,
    ...(parallel === undefined ? {} : { parallel }),
    minZones,
    volume: { size: volumeSize, storageClass: persistence.storageClass },
    claims: { whenDeleted: persistence.retainOnDelete ? 'Retain' : 'Delete', whenScaled: 'Retain' },
    pod: {
      user: USER,
      files,
      labels: bucketLabels(storage),
      ...(endSeconds === undefined ? {} : { terminationGracePeriodSeconds: endSeconds }),
      containers: [containerOf(config, props)],
      volumes: [
        { name: 'config', configMap: { name: `${identity.name}-config` } },
        scratch('tmp', TMP_SIZE),
        ...bucketCredentials(storage).volumes,
        ...(props.mounts?.volumes ?? []),
      ],
    },
  });
}

function containerOf(
  { images, storage }: Pick<StackConfig, 'images' | 'storage'>,
  { identity, resources, args = [], env = [], mounts, startSeconds, readiness, alive }: LokiStatefulSetProps,
): ContainerProps {
  const bucket = bucketCredentials(storage);
  return {
    name: identity.name,
    image: images.loki,
    args: [
      `-config.file=${CONFIG}/config.yaml`,
      ...(hasVariables(storage) ? ['-config.expand-env=true'] : []),
      ...args,
    ],
    ports: containerPorts(identity.ports),
    env: [goMemory(resources), ...bucket.env, ...env],
    resources,
    startupProbe: { ...httpProbe('/ready'), periodSeconds: 1, failureThreshold: startSeconds },
    readinessProbe: { ...httpProbe('/ready'), ...(readiness ?? { periodSeconds: 5 }) },
    livenessProbe: httpProbe(alive),
    volumeMounts: [
      { name: 'data', mountPath: DATA },
      { name: 'config', mountPath: CONFIG, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      ...bucket.volumeMounts,
      ...(mounts?.volumeMounts ?? []),
    ],
  };
}
