/** What all programs of Loki's image have in common as workloads: Loki itself, and a ring's compactor. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { Resources, StackConfig } from '../../config';
import { type ByteSize, goMemoryLimit } from '../../config/units';
import { type Identity, objectLabels, selectorLabels } from '../kit/identity';
import { CONFIG } from './config';
import { bucketCredentialsMount, DATA } from './storage';
import {
  configHash,
  CONTAINER_SECURITY,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
  volumeClaim,
} from '../kit/pod';

/** uid and gid of the image. */
const USER = 10001;
/** Share of the memory limit up to which Go collects lazily; the rest is for what Go does not count. */
const GO_MEMORY_SHARE = 0.8;

/** What differs from one program to the other. */
export interface LokiStatefulSetProps {
  readonly identity: Identity;
  readonly metadata: k8s.ObjectMeta;
  /** Contents of the ConfigMap `<name>-config`. */
  readonly files: Readonly<Record<string, string>>;
  /** Further folders, which Loki reads again while it runs: a change of theirs restarts nothing. */
  readonly mounts?: { readonly volumeMounts: readonly k8s.VolumeMount[]; readonly volumes: readonly k8s.Volume[] };
  readonly replicas: number;
  readonly resources: Resources;
  readonly volumeSize: ByteSize;
  /** Seconds after which a pod that is not ready yet is restarted. */
  readonly startSeconds: number;
  /** @default - every 5 s */
  readonly readiness?: Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold' | 'timeoutSeconds'>;
  /** Path that says that the process lives, whatever it is at work on. */
  readonly alive: string;
  readonly args?: readonly string[];
  readonly env?: readonly k8s.EnvVar[];
  /** More of the StatefulSet. */
  readonly spec?: Partial<k8s.StatefulSetSpec>;
  /** More of the pod. */
  readonly pod?: Partial<k8s.PodSpec>;
}

/** A StatefulSet whose pods have a volume each, and the files of their ConfigMap. */
export function lokiStatefulSet(
  scope: Construct,
  { persistence, storage, images }: Pick<StackConfig, 'persistence' | 'storage' | 'images'>,
  props: LokiStatefulSetProps,
): void {
  const { identity, metadata, files, replicas, resources, volumeSize, args = [], env = [] } = props;
  const { name } = identity;
  const bucket = bucketCredentialsMount(storage);
  const selector = { ...selectorLabels(identity) };
  const probe = (path: string): k8s.Probe => ({ httpGet: { path, port: k8s.IntOrString.fromString('http') } });
  new k8s.KubeStatefulSet(scope, 'stateful-set', {
    metadata,
    spec: {
      ...props.spec,
      serviceName: `${name}-headless`,
      replicas,
      revisionHistoryLimit: 5,
      selector: { matchLabels: selector },
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: persistence.retainOnDelete ? 'Retain' : 'Delete',
        whenScaled: 'Retain',
      },
      template: {
        metadata: { labels: { ...objectLabels(identity) }, annotations: { ...configHash(files) } },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPodSecurity(USER),
          ...pullSecrets(images),
          ...props.pod,
          containers: [
            {
              name,
              image: imageReference(images.loki, images),
              imagePullPolicy: 'IfNotPresent',
              args: [`-config.file=${CONFIG}/config.yaml`, ...args],
              ports: Object.entries(identity.ports).map(([port, containerPort]) => ({
                name: port,
                containerPort,
                protocol: 'TCP',
              })),
              env: [
                { name: 'GOMEMLIMIT', value: goMemoryLimit(resources.limits.memory, GO_MEMORY_SHARE) },
                ...bucket.env,
                ...env,
              ],
              resources: containerResources(resources),
              securityContext: CONTAINER_SECURITY,
              terminationMessagePolicy: LAST_WORDS,
              startupProbe: { ...probe('/ready'), periodSeconds: 1, failureThreshold: props.startSeconds },
              readinessProbe: { ...probe('/ready'), ...(props.readiness ?? { periodSeconds: 5 }) },
              livenessProbe: { ...probe(props.alive), periodSeconds: 10, failureThreshold: 6 },
              volumeMounts: [
                { name: 'data', mountPath: DATA },
                { name: 'config', mountPath: CONFIG, readOnly: true },
                { name: 'tmp', mountPath: '/tmp' },
                ...bucket.volumeMounts,
                ...(props.mounts?.volumeMounts ?? []),
              ],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: `${name}-config` } },
            { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
            ...bucket.volumes,
            ...(props.mounts?.volumes ?? []),
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data', labels: selector },
          spec: volumeClaim(volumeSize, persistence.storageClass),
        },
      ],
    },
  });
}
