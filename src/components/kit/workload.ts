/** The workload of a component with the objects around it. Fields that all components share are written here only. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { disruptionBudget } from './budget';
import { container, type ContainerProps } from './container';
import { type Identity, objectLabels, selectorLabels } from './identity';
import { configHash, everyPod, restrictedPodSecurity, spread, volumeClaim, type VolumeSize } from './pod';
import { type ServiceProps, serviceSpec } from './service';

/** The fields in which pods differ. */
export interface PodProps extends Pick<k8s.PodSpec, 'terminationGracePeriodSeconds' | 'tolerations' | 'volumes'> {
  /** Files that are read when the pod starts. The pod is replaced when they change. */
  readonly files: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** uid and gid, or a security context that is not `restricted`. */
  readonly user: number | k8s.PodSecurityContext;
  /** Whether it reads the Kubernetes API. @default false */
  readonly hasToken?: boolean;
  readonly containers: readonly ContainerProps[];
}

/** A Deployment. */
export interface DeploymentProps {
  readonly replicas: number;
  /** Whether an old pod and a new one may run side by side. Then a new pod serves before an old one stops. */
  readonly overlap: boolean;
  readonly pod: PodProps;
}

/** A StatefulSet whose pods have a volume `data` each. */
export interface StatefulSetProps {
  readonly replicas: number;
  /** The headless Service that names its pods. */
  readonly serviceName: string;
  /** Whether all pods start at once. @default false */
  readonly parallel?: boolean;
  /** Number of zones that must exist. @default - pods spread over the existing zones */
  readonly minZones?: number | undefined;
  readonly volume: VolumeSize;
  /** What happens to volumes when the StatefulSet is deleted or scaled down. */
  readonly claims: Record<'whenDeleted' | 'whenScaled', 'Retain' | 'Delete'>;
  readonly pod: PodProps;
}

/** A DaemonSet. */
export interface DaemonSetProps {
  /** Number or share of nodes whose pod may be missing during a roll-out. */
  readonly maxUnavailable: string;
  readonly pod: PodProps;
}

/** The objects of one component. It is not a construct: the objects are the component's own children. */
export class Workload {
  private readonly selector: Record<string, string>;

  /** @param owner - the construct that the objects are children of. */
  constructor(
    private readonly owner: Construct,
    private readonly component: Identity,
    private readonly namespace: string,
    private readonly images: StackConfig['images'],
  ) {
    this.selector = { ...selectorLabels(component) };
  }

  /** Metadata of an object. @param name - by default, the name of the workload */
  metadata(name = this.component.name): k8s.ObjectMeta {
    return { name, namespace: this.namespace, labels: { ...objectLabels(this.component) } };
  }

  /** The ServiceAccount. Its token is only in pods with `hasToken`. */
  serviceAccount(extra: Pick<k8s.ObjectMeta, 'annotations'> = {}): void {
    new k8s.KubeServiceAccount(this.owner, 'service-account', {
      metadata: { ...this.metadata(), ...extra },
      automountServiceAccountToken: false,
    });
  }

  configMap(id: string, name: string, data: Readonly<Record<string, string>>): void {
    new k8s.KubeConfigMap(this.owner, id, { metadata: this.metadata(name), data });
  }

  /** A Service. Without a name, it has the name of the workload. */
  service(
    id: string,
    { name, annotations, ...props }: ServiceProps & { name?: string; annotations?: Readonly<Record<string, string>> },
  ): void {
    new k8s.KubeService(this.owner, id, {
      metadata: { ...this.metadata(name), ...(annotations === undefined ? {} : { annotations }) },
      spec: serviceSpec(this.component, props),
    });
  }

  /** The Deployment, and the disruption budget of several pods. */
  deployment({ replicas, overlap, pod }: DeploymentProps): void {
    disruptionBudget(this.owner, this.component, replicas, this.metadata());
    new k8s.KubeDeployment(this.owner, 'deployment', {
      metadata: this.metadata(),
      spec: {
        ...this.controller(pod, this.spread(replicas)),
        replicas,
        strategy: overlap
          ? {
              type: 'RollingUpdate',
              rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
            }
          : { type: 'Recreate' },
      },
    });
  }

  /** The StatefulSet, and the disruption budget of several pods. */
  statefulSet({ replicas, serviceName, parallel = false, minZones, volume, claims, pod }: StatefulSetProps): void {
    disruptionBudget(this.owner, this.component, replicas, this.metadata());
    new k8s.KubeStatefulSet(this.owner, 'stateful-set', {
      metadata: this.metadata(),
      spec: {
        ...this.controller(pod, this.spread(replicas, minZones)),
        serviceName,
        replicas,
        ...(parallel ? { podManagementPolicy: 'Parallel' } : {}),
        persistentVolumeClaimRetentionPolicy: claims,
        volumeClaimTemplates: [{ metadata: { name: 'data', labels: this.selector }, spec: volumeClaim(volume) }],
      },
    });
  }

  /** The DaemonSet, which has a pod on each node. */
  daemonSet({ maxUnavailable, pod }: DaemonSetProps): void {
    new k8s.KubeDaemonSet(this.owner, 'daemon-set', {
      metadata: this.metadata(),
      spec: {
        ...this.controller(pod),
        updateStrategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: k8s.IntOrString.fromString(maxUnavailable) },
        },
      },
    });
  }

  /** The fields of every controller, including its pods. */
  private controller(
    { files, annotations, user, hasToken = false, containers, ...own }: PodProps,
    placement: Pick<k8s.PodSpec, 'topologySpreadConstraints'> = {},
  ): Pick<k8s.DeploymentSpec, 'revisionHistoryLimit' | 'selector' | 'template'> {
    return {
      revisionHistoryLimit: 5,
      selector: { matchLabels: this.selector },
      template: {
        metadata: {
          labels: { ...objectLabels(this.component) },
          annotations: { ...configHash(files), ...annotations },
        },
        spec: {
          ...everyPod(this.images),
          ...placement,
          ...own,
          ...(hasToken ? { automountServiceAccountToken: true } : {}),
          serviceAccountName: this.component.name,
          securityContext: typeof user === 'number' ? restrictedPodSecurity(user) : user,
          containers: containers.map((props) => container(this.images, props)),
        },
      },
    };
  }

  private spread(replicas: number, minZones?: number): Pick<k8s.PodSpec, 'topologySpreadConstraints'> {
    return replicas <= 1 ? {} : { topologySpreadConstraints: [...spread(this.selector, minZones)] };
  }
}
