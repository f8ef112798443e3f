/** What a patch may change: by kind of the object and place in it, never, with `unsafe: true`, or as it likes. */
import { NAME, PART_OF } from '../../src/components/kit/identity';

/** Places of objects, and why they are not changed as one likes. */
interface Places {
  /** Kinds of objects. @default - every kind */
  readonly kinds?: readonly string[];
  /** A pattern of JSON pointers. All that is below is meant as well. */
  readonly places: string;
  readonly why: string;
  /** What to do instead. @default - take it out of the patch */
  readonly remedy?: string;
}

const WORKLOADS = ['StatefulSet', 'Deployment', 'DaemonSet'];
const TEMPLATE = '/spec/template';
const POD = `${TEMPLATE}/spec`;
const CONTAINER = `${POD}/(?:initContainers|containers)/[^/]+`;
const escaped = (key: string): string => key.replaceAll('/', '~1').replaceAll('.', '\\.');
const FOUND_BY = [NAME, PART_OF].map(escaped).join('|');
/** Keys of labels and annotations that mean something to the stack. */
const OF_STACK = String.raw`(?:spywatcher-logs|logs\.spywatcher\.dev)~1[^/]+`;

/** Changed by no patch: other objects rely on it, or Kubernetes refuses the change. */
const NEVER: readonly Places[] = [
  {
    places: '/(?:apiVersion|kind|metadata/(?:name|namespace|generateName|uid|ownerReferences|finalizers))',
    why: 'it is which object this is',
  },
  {
    places: String.raw`/metadata/labels/(?:${FOUND_BY}|kubernetes\.io~1metadata\.name)`,
    why: 'the stack finds its objects by these labels',
  },
  {
    kinds: WORKLOADS,
    places: `${TEMPLATE}/metadata/labels/(?:${FOUND_BY})`,
    why: 'Services and NetworkPolicies select pods by these labels',
  },
  {
    places: `(?:${TEMPLATE})?/metadata/(?:labels|annotations)/${OF_STACK}`,
    why: 'the stack reads it itself: pods are replaced by it when their files change, and lines are read by it',
  },
  { kinds: WORKLOADS, places: '/spec/selector', why: 'Kubernetes refuses another selector' },
  {
    kinds: ['StatefulSet'],
    places: '/spec/(?:serviceName|podManagementPolicy|volumeClaimTemplates)',
    why: 'Kubernetes refuses the change of a StatefulSet that runs',
    remedy: 'set persistence in the stack file, and read docs/storage.md',
  },
  { kinds: WORKLOADS, places: `${POD}/serviceAccount(?:Name)?`, why: 'rights are given to this account' },
  {
    kinds: ['Service'],
    places: '/spec/(?:selector|clusterIP|clusterIPs)',
    why: 'the stack finds its pods by this Service',
  },
  {
    kinds: ['ConfigMap'],
    places: '/(?:data|binaryData|immutable)',
    why: 'pods would not be replaced, for their hash is of the files as rendered',
    remedy: 'use the key of the stack file: limits.loki for limits of Loki, grafana.settings for Grafana',
  },
  {
    kinds: ['PersistentVolumeClaim'],
    places: '/spec',
    why: 'Kubernetes refuses most changes of a claim',
    remedy: 'set persistence in the stack file',
  },
];

/** Changed with `unsafe: true` alone, as is all that {@link FREE} does not name; these with a reason of their own. */
const CONSENT: readonly Places[] = [
  { kinds: ['NetworkPolicy', 'CiliumNetworkPolicy'], places: '/specs?', why: 'it is who may talk to whom' },
  { kinds: ['ClusterRole'], places: '/(?:rules|aggregationRule)', why: 'it is what a pod may do in the cluster' },
  { kinds: ['ClusterRoleBinding'], places: '/(?:roleRef|subjects)', why: 'it is who may do so' },
  {
    kinds: ['ServiceAccount'],
    places: '/(?:automountServiceAccountToken|secrets|imagePullSecrets)',
    why: 'it is which pods have a token',
  },
  {
    kinds: ['ServiceAccount'],
    places: '/metadata/annotations',
    why: 'an annotation can give an account the rights of a cloud',
  },
  {
    kinds: ['Namespace'],
    places: String.raw`/(?:spec|metadata/labels/pod-security\.kubernetes\.io~1[^/]+)`,
    why: 'it is which pods the namespace takes',
  },
  { kinds: ['ExternalSecret', 'Certificate'], places: '/spec', why: 'it is where secrets come from and go to' },
  {
    kinds: ['Ingress', 'HTTPRoute'],
    places: '/(?:spec|metadata/annotations)',
    why: 'it is who reaches the stack from outside, and whether passwords are encrypted on their way',
    remedy: 'set grafana.ingress, grafana.route or gateway.expose in the stack file; or set unsafe: true and know why',
  },
  {
    kinds: ['Service'],
    places:
      '/spec/(?:type|externalIPs|externalName|externalTrafficPolicy|loadBalancer[A-Za-z]*|publishNotReadyAddresses|ports(?!/[^/]+/appProtocol$))',
    why: 'it is who reaches the Service',
  },
  {
    kinds: WORKLOADS,
    places: '/spec/replicas',
    why: 'rings, disruption budgets and alerts are of this number',
    remedy: 'set deployment.replicas, gateway.replicas, grafana.replicas or alertmanager.replicas in the stack file',
  },
  {
    kinds: WORKLOADS,
    places: String.raw`${TEMPLATE}/metadata/annotations/[^/]*(?:apparmor|seccomp)[^/]*`,
    why: 'the pod meets Pod Security',
  },
  { kinds: WORKLOADS, places: `${POD}/securityContext`, why: 'the pod meets Pod Security' },
  {
    kinds: WORKLOADS,
    places: `${POD}/(?:host(?:Network|PID|IPC|Users)|shareProcessNamespace|automountServiceAccountToken|imagePullSecrets|ephemeralContainers)`,
    why: 'the pod is kept from the node, from the API and from other pods',
  },
  { kinds: WORKLOADS, places: `${POD}/hostAliases`, why: 'it is whom the pod takes for the owner of a name' },
  {
    kinds: WORKLOADS,
    places: `${CONTAINER}/resources/limits/memory`,
    why: 'settings of the program follow from its memory',
    remedy: 'set resources in the stack file',
  },
  {
    kinds: WORKLOADS,
    places: `${CONTAINER}/env(?:/[^/]+/(?:name|value))?`,
    why: 'a variable can turn off what a program checks',
    remedy: 'set pods.<program>.env in the stack file; or set unsafe: true and know why',
  },
  { kinds: WORKLOADS, places: `${CONTAINER}/(?:envFrom|env)`, why: 'it is which secrets a program reads' },
  { kinds: WORKLOADS, places: `${CONTAINER}/ports/[^/]+/host(?:Port|IP)`, why: 'the pod opens no port of the node' },
  {
    kinds: WORKLOADS,
    places: `(?:${POD}/volumes(?!/[^/]+/emptyDir/(?:sizeLimit|medium)$)|${CONTAINER}/volumeMounts)`,
    why: 'it is which files, secrets and folders of the node a program sees',
  },
  // A container that comes or goes has all of its fields among the differences.
  {
    kinds: WORKLOADS,
    places: `${CONTAINER}/(?:name|image|command|args|securityContext|volumeDevices|lifecycle)`,
    why: 'it is which program runs, and with which rights',
  },
];

/** All that a patch may change without consent: no test holds a stack to be safe by it. */
const FREE: readonly Omit<Places, 'why' | 'remedy'>[] = [
  { places: '/metadata/(?:labels|annotations)' },
  { kinds: WORKLOADS, places: `${TEMPLATE}/metadata/(?:labels|annotations)` },
  { kinds: WORKLOADS, places: '/spec/(?:minReadySeconds|progressDeadlineSeconds|revisionHistoryLimit)' },
  {
    kinds: WORKLOADS,
    places: `${POD}/(?:nodeSelector|affinity|tolerations|topologySpreadConstraints|priorityClassName|preemptionPolicy|schedulerName|schedulingGates|runtimeClassName|overhead|terminationGracePeriodSeconds|enableServiceLinks|dnsConfig/(?:options|searches))`,
  },
  { kinds: WORKLOADS, places: `${POD}/volumes/[^/]+/emptyDir/(?:sizeLimit|medium)` },
  {
    kinds: WORKLOADS,
    places: `${CONTAINER}/(?:resources|imagePullPolicy|terminationMessagePolicy)`,
  },
  {
    kinds: WORKLOADS,
    places: `${CONTAINER}/(?:startup|readiness|liveness)Probe/(?:initialDelaySeconds|periodSeconds|timeoutSeconds|successThreshold|failureThreshold)`,
  },
  {
    kinds: ['Service'],
    places:
      '/spec/(?:sessionAffinity|sessionAffinityConfig|internalTrafficPolicy|trafficDistribution|ports/[^/]+/appProtocol)',
  },
  { kinds: ['PodDisruptionBudget'], places: '/spec/unhealthyPodEvictionPolicy' },
  {
    kinds: ['ServiceMonitor', 'PodMonitor'],
    places:
      '/spec/(?:(?:podMetricsEndpoints|endpoints)/[^/]+/(?:interval|scrapeTimeout|relabelings|metricRelabelings)|jobLabel|targetLabels|podTargetLabels|[a-z]+Limit)',
  },
];

/** What is said of a change. */
type Ruling = { readonly ruling: 'free' } | ({ readonly ruling: 'never' | 'consent' } & Pick<Places, 'why' | 'remedy'>);

/** Whether a patch may change this place of an object of this kind. */
export function rulingOf(kind: string, place: string): Ruling {
  const named = ({ kinds, places }: Pick<Places, 'kinds' | 'places'>): boolean =>
    (kinds === undefined || kinds.includes(kind)) && new RegExp(`^${places}(?:/|$)`).test(place);
  const never = NEVER.find(named);
  if (never !== undefined) return { ...never, ruling: 'never' };
  const consent = CONSENT.find(named);
  if (consent !== undefined) return { ...consent, ruling: 'consent' };
  return FREE.some(named)
    ? { ruling: 'free' }
    : { ruling: 'consent', why: 'nobody has looked whether a stack is safe with another value there' };
}
