/** The Go modules under `tools/` that programs are built from, one folder each. */
export type ToolModule =
  | 'kubernetes'
  | 'containerd'
  | 'loki'
  | 'loki-previous'
  | 'promtail'
  | 'collector'
  | 'alertmanager'
  | 'prometheus'
  | 'versitygw'
  | 'fake-gcs-server'
  | 'cyclonus'
  | 'cilium'
  | 'kube-score'
  | 'pause';

/** How the programs of one Go module are built. */
export interface ModuleSpec {
  /** The required module whose version is the programs' version; absent for our own code. */
  readonly upstream?: string;
  /** Package of each program, relative to `upstream` (empty: its root), or with `./` our own. Programs of one package are one file by several names. */
  readonly programs: Readonly<Record<string, string>>;
  /** Build tags. */
  readonly tags?: readonly string[];
  /** Variables set by the linker, from the version without its leading `v`. */
  readonly variables?: (version: string) => Readonly<Record<string, string>>;
  /** Whether C code is linked; a program without it is static and fits into an empty image. @default false */
  readonly cgo?: boolean;
}

function kubernetesVariables(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.');
  const values = {
    gitVersion: `v${version}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
  };
  return Object.fromEntries(
    ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((pkg) =>
      Object.entries(values).map(([name, value]) => [`${pkg}.${name}`, value]),
    ),
  );
}

const lokiVariables = (version: string): Record<string, string> => ({
  'github.com/grafana/loki/v3/pkg/util/build.Version': version,
});

const prometheusVariables = (version: string): Record<string, string> => ({
  'github.com/prometheus/common/version.Version': version,
});

/**
 * Packages of which nothing runs here but in tests of two stores: clients of clouds, and databases that no stack uses. They are a
 * quarter of all sources, and are compiled without optimization, in half the time.
 */
export const NOT_RUN = [
  'cloud.google.com/go/...',
  'github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/...',
  'github.com/IBM/ibm-cos-sdk-go/...',
  'github.com/IBM/sarama/...',
  'github.com/apache/arrow-go/v18/...',
  ...['dynamodb', 'ec2', 'ecs', 'elasticache', 'kafka', 'lightsail', 'rds', 'sns'].map(
    (service) => `github.com/aws/aws-sdk-go-v2/service/${service}/...`,
  ),
  'github.com/digitalocean/godo/...',
  'github.com/envoyproxy/go-control-plane/...',
  'github.com/tetratelabs/wazero/...',
  'github.com/twmb/franz-go/...',
  'google.golang.org/api/...',
  'modernc.org/...',
] as const;

/** Every program the tests and the local cluster run, by module. */
export const MODULES = {
  // etcd and CoreDNS are of the versions that this Kubernetes is released with, and share most of what is compiled. kubectl is
  // a program of its own: it is called often, and would start in twice the time.
  kubernetes: {
    upstream: 'k8s.io/kubernetes',
    programs: {
      'kube-apiserver': './hyperkube',
      'kube-controller-manager': './hyperkube',
      'kube-scheduler': './hyperkube',
      kubelet: './hyperkube',
      'kube-proxy': './hyperkube',
      kubectl: 'cmd/kubectl',
      etcd: './etcd',
      coredns: './coredns',
    },
    variables: kubernetesVariables,
  },
  containerd: {
    upstream: 'github.com/containerd/containerd/v2',
    programs: {
      containerd: 'cmd/containerd',
      ctr: 'cmd/ctr',
      'containerd-shim-runc-v2': 'cmd/containerd-shim-runc-v2',
    },
    tags: ['no_btrfs', 'no_devmapper'],
    variables: (version) => ({
      'github.com/containerd/containerd/v2/version.Version': `v${version}`,
    }),
  },
  loki: {
    upstream: 'github.com/grafana/loki/v3',
    programs: { loki: 'cmd/loki', logcli: 'cmd/logcli', 'loki-canary': 'cmd/loki-canary' },
    variables: lokiVariables,
  },
  // The last release line before ours, for the test of the upgrade.
  'loki-previous': {
    upstream: 'github.com/grafana/loki/v3',
    programs: { 'loki-previous': 'cmd/loki' },
    variables: lokiVariables,
  },
  promtail: {
    upstream: 'github.com/grafana/loki/v3',
    programs: { promtail: 'clients/cmd/promtail' },
    variables: lokiVariables,
  },
  // Its modules are a set: all of contrib and core are of the one release that the module of the program names.
  collector: {
    upstream: 'go.opentelemetry.io/collector/otelcol',
    programs: { otelcol: './' },
    variables: (version) => ({ 'main.version': version }),
  },
  alertmanager: {
    upstream: 'github.com/prometheus/alertmanager',
    programs: { alertmanager: 'cmd/alertmanager', amtool: 'cmd/amtool' },
    variables: prometheusVariables,
  },
  // Of the service discoveries only what the embedded Prometheus uses: the others are clients of Kubernetes and of clouds.
  prometheus: {
    upstream: 'github.com/prometheus/prometheus',
    programs: { prometheus: 'cmd/prometheus', promtool: 'cmd/promtool' },
    tags: ['remove_all_sd', 'enable_dns_sd'],
    variables: prometheusVariables,
  },
  // An S3 server that checks signatures and keeps objects in a folder.
  versitygw: {
    upstream: 'github.com/versity/versitygw',
    programs: { versitygw: 'cmd/versitygw' },
  },
  // Google Cloud Storage with objects in memory. It checks no credentials.
  'fake-gcs-server': {
    upstream: 'github.com/fsouza/fake-gcs-server',
    programs: { 'fake-gcs-server': '' },
  },
  cyclonus: {
    upstream: 'github.com/mattfenwick/cyclonus',
    programs: { cyclonus: 'cmd/cyclonus' },
  },
  // Cilium's policy engine without its agent, by a program of our own.
  cilium: {
    upstream: 'github.com/cilium/cilium',
    programs: { 'cilium-policy': './' },
  },
  'kube-score': {
    upstream: 'github.com/zegl/kube-score',
    programs: { 'kube-score': 'cmd/kube-score' },
  },
  pause: { programs: { pause: './' } },
} as const satisfies Record<ToolModule, ModuleSpec>;

type ProgramsOf<M extends ToolModule> = keyof (typeof MODULES)[M]['programs'];

/** The name of a program that can be built. */
export type ToolName = { [M in ToolModule]: ProgramsOf<M> }[ToolModule];

/** The module that `name` is built from. */
export function moduleOf(name: ToolName): ToolModule {
  for (const [folder, spec] of Object.entries(MODULES)) {
    if (name in spec.programs) return folder as ToolModule;
  }
  throw new Error(`no module under tools/ builds "${name}"`);
}

/** Every program that can be built, in the order of {@link MODULES}. */
export const TOOL_NAMES = Object.values(MODULES).flatMap((spec) => Object.keys(spec.programs)) as readonly ToolName[];
