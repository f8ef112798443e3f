/** The workload of a component with the objects around it. Fields that all components share are written here only. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Construct } from 'constructs';
import type { StackConfig } from '../../config';
import { podSettings, serviceSettings } from '../../config/derived/pods';
import { proxyVariables } from '../../config/derived/proxy';
import { disruptionBudget } from './budget';
import { type TrustedCas, trustedCas, withTrustedCas } from './ca-bundle';
import { container, type ContainerProps } from './container';
import { type Identity, objectLabels, selectorLabels } from './identity';
import { configHash, everyPod, podSecurity, type Spread, spread, volumeClaim, type VolumeSize } from './pod';
import { type ServiceProps, serviceSpec } from './service';

/** The fields in which pods differ. */
export interface PodProps extends Pick<k8s.PodSpec, 'terminationGracePeriodSeconds' | 'volumes'> {
  /** Files that are read when the pod starts. The pod is replaced when they change. */
  readonly files: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Labels besides the component's. */
  readonly labels?: Readonly<Record<string, string>>;
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
    private readonly config: StackConfig,
  ) {
    this.selector = { ...selectorLabels(component) };
  }

  /** Metadata of an object. @param name - by default, the name of the workload */
  metadata(name: string = this.component.name): k8s.ObjectMeta {
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
    const added = serviceSettings(this.config, this.component.name);
    const { labels, ...metadata } = this.metadata(name);
    const allAnnotations = { ...added.annotations, ...annotations };
    new k8s.KubeService(this.owner, id, {
      metadata: {
        ...metadata,
        labels: { ...added.labels, ...labels },
        ...(Object.keys(allAnnotations).length === 0 ? {} : { annotations: allAnnotations }),
      },
      spec: serviceSpec(this.component, props, this.config),
    });
  }

  /** The Deployment, and the disruption budget of several pods. */
  deployment({ replicas, overlap, pod }: DeploymentProps): void {
    disruptionBudget(this.owner, this.component, replicas, this.metadata());
    new k8s.KubeDeployment(this.owner, 'deployment', {
      metadata: this.metadata(),
      spec: {
        ...this.controller(pod, { replicas }),
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
        ...this.controller(pod, { replicas, minZones }),
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

  /** The CAs that the program trusts, and the ConfigMap that has them. */
  private trustedCas(): TrustedCas | undefined {
    const cas = trustedCas(this.config, this.component.name);
    if (cas !== undefined && Object.keys(cas.files).length > 0) this.configMap('trusted-ca', cas.configMap, cas.files);
    return cas;
  }

  /** The fields of every controller, including its pods. A DaemonSet's are not spread. */
  private controller(
    { files, annotations, labels, user, hasToken = false, containers, ...own }: PodProps,
    spreading?: Spread,
  ): Pick<k8s.DeploymentSpec, 'revisionHistoryLimit' | 'selector' | 'template'> {
    const { name } = this.component;
    const added = podSettings(this.config, name);
    const env = { ...proxyVariables(this.config, name), ...added.env };
    const cas = this.trustedCas();
    const constraints = spreading === undefined ? [] : spread(this.config, this.component, spreading);
    return {
      revisionHistoryLimit: 5,
      selector: { matchLabels: this.selector },
      template: {
        metadata: {
          labels: { ...added.labels, ...objectLabels(this.component), ...labels },
          annotations: { ...added.annotations, ...configHash({ ...files, ...cas?.files }), ...annotations },
        },
        spec: {
          ...everyPod(this.config, name),
          ...(constraints.length === 0 ? {} : { topologySpreadConstraints: [...constraints] }),
          ...own,
          ...(hasToken ? { automountServiceAccountToken: true } : {}),
          serviceAccountName: name,
          securityContext: podSecurity(this.config, name, user),
          containers: containers.map((props) =>
            container(
              this.config.images,
              props.name === name ? withEnv(cas === undefined ? props : withTrustedCas(props), env) : props,
            ),
          ),
          ...(cas === undefined ? {} : { volumes: [...(own.volumes ?? []), cas.volume] }),
        },
      },
    };
  }
}

/** The program's container has the further variables, and those beside it do not. */
function withEnv(props: ContainerProps, env: Readonly<Record<string, string>> = {}): ContainerProps {
  const added = Object.entries(env).map(([name, value]) => ({ name, value }));
  return added.length === 0 ? props : { ...props, env: [...(props.env ?? []), ...added] };
}
