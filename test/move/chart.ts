/** Loki and Promtail as the community's charts make them on a cluster: what of their objects a move meets, written down as data. */
import { stringify } from 'yaml';
import { chartConfig, chartValues } from '../support/chart-loki';

export const LOKI_NAMESPACE = 'loki';
export const PROMTAIL_NAMESPACE = 'promtail';
export const LOKI_PORT = 3100;
const VOLUME = '/var/loki';
const VOLUME_SIZE = '2Gi';

/** Values of both charts. */
export const VALUES: Readonly<Record<string, object>> = {
  'loki.yaml': { ...chartValues('filesystem'), singleBinary: { replicas: 1, persistence: { size: VOLUME_SIZE } } },
  'promtail.yaml': {
    config: {
      clients: [{ url: `http://loki-gateway.${LOKI_NAMESPACE}.svc/loki/api/v1/push` }],
      snippets: { pipelineStages: [{ cri: {} }] },
    },
  },
};

const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** The Loki: a StatefulSet with a volume, as its chart's mode `SingleBinary` has it. */
export function chartLoki(image: string): readonly object[] {
  const metadata = { name: 'loki', namespace: LOKI_NAMESPACE };
  const labels = { 'app.kubernetes.io/name': 'loki', 'app.kubernetes.io/component': 'single-binary' };
  const place = { address: '127.0.0.1', http: LOKI_PORT, grpc: 9095, volume: VOLUME };
  const config = {
    ...chartConfig('filesystem', place),
    server: { http_listen_port: LOKI_PORT, grpc_listen_port: 9095 },
  };
  return [
    namespace(LOKI_NAMESPACE),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yaml': stringify(config) } },
    // The chart's nginx is left out: it would lead here.
    ...['loki', 'loki-gateway'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: LOKI_NAMESPACE },
      spec: { selector: labels, ports: [{ port: name === 'loki' ? LOKI_PORT : 80, targetPort: LOKI_PORT }] },
    })),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        serviceName: 'loki-headless',
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 30,
            securityContext: { runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001 },
            containers: [
              {
                name: 'loki',
                image,
                args: ['-config.file=/etc/loki/config/config.yaml', '-target=all'],
                ports: [{ containerPort: LOKI_PORT }],
                readinessProbe: { httpGet: { path: '/ready', port: LOKI_PORT }, periodSeconds: 2 },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/loki/config' },
                  { name: 'storage', mountPath: VOLUME },
                ],
              },
            ],
            volumes: [{ name: 'config', configMap: { name: 'loki' } }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'storage' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: VOLUME_SIZE } } },
          },
        ],
      },
    },
  ];
}

const copied = (from: string, to: string): object => ({ source_labels: [from], target_label: to });

/** Promtail's config as its chart makes it: every pod of the node, with the chart's labels. */
const promtailConfig: object = {
  server: { http_listen_port: 3101, log_level: 'info' },
  clients: [{ url: `http://loki-gateway.${LOKI_NAMESPACE}.svc/loki/api/v1/push` }],
  positions: { filename: '/run/promtail/positions.yaml' },
  scrape_configs: [
    {
      job_name: 'kubernetes-pods',
      pipeline_stages: [{ cri: {} }],
      kubernetes_sd_configs: [{ role: 'pod' }],
      relabel_configs: [
        {
          source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name', '__meta_kubernetes_pod_label_app'],
          regex: '^;*([^;]+)(;.*)?$',
          target_label: 'app',
        },
        copied('__meta_kubernetes_pod_node_name', 'node_name'),
        copied('__meta_kubernetes_namespace', 'namespace'),
        { source_labels: ['namespace', 'app'], separator: '/', target_label: 'job' },
        copied('__meta_kubernetes_pod_name', 'pod'),
        copied('__meta_kubernetes_pod_container_name', 'container'),
        {
          source_labels: ['__meta_kubernetes_pod_uid', '__meta_kubernetes_pod_container_name'],
          separator: '/',
          replacement: '/var/log/pods/*$1/*.log',
          target_label: '__path__',
        },
      ],
    },
  ],
};

/** The Promtail: a DaemonSet that reads every pod of its node. */
export function chartPromtail(image: string): readonly object[] {
  const metadata = { name: 'promtail', namespace: PROMTAIL_NAMESPACE };
  const labels = { 'app.kubernetes.io/name': 'promtail' };
  const folder = (name: string, path: string): object => ({ name, hostPath: { path } });
  return [
    namespace(PROMTAIL_NAMESPACE),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'promtail' },
      rules: [
        {
          apiGroups: [''],
          resources: ['nodes', 'nodes/proxy', 'services', 'endpoints', 'pods'],
          verbs: ['get', 'watch', 'list'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'promtail' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'promtail' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'promtail.yaml': stringify(promtailConfig) } },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'promtail',
            terminationGracePeriodSeconds: 5,
            containers: [
              {
                name: 'promtail',
                image,
                args: ['-config.file=/etc/promtail/promtail.yaml'],
                env: [{ name: 'HOSTNAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
                readinessProbe: { httpGet: { path: '/ready', port: 3101 }, periodSeconds: 2 },
                volumeMounts: [
                  { name: 'config', mountPath: '/etc/promtail' },
                  { name: 'run', mountPath: '/run/promtail' },
                  { name: 'pods', mountPath: '/var/log/pods', readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name: 'promtail' } },
              folder('run', '/run/promtail'),
              folder('pods', '/var/log/pods'),
            ],
          },
        },
      },
    },
  ];
}
