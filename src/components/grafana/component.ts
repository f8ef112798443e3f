import { ApiObject } from 'cdk8s';
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { GRAFANA_METRICS_SECRET, hasGrafanaMetrics, type StackConfig } from '../../config';
import { formatQuantity } from '../../config/units';
import { LOG_AGGREGATION_UID, logAggregationDashboard } from '../../dashboards/log-aggregation';
import { GRAFANA_METRICS, monitoringType, prometheusDatasource, scrapeAnnotations } from '../kit/addresses';
import { LOGGING_STACK_UID, loggingStackDashboard } from '../../dashboards/logging-stack';
import { datasources, GATEWAY_CA } from './datasources';
import { SECRETS, secretSettings, settingsSecrets } from './secrets';
import { grafanaIni, grafanaSettings } from './settings';
import { ALERTMANAGER, GATEWAY, GRAFANA, objectLabels, PROMETHEUS, selectorLabels } from '../kit/identity';
import { LDAP_FOLDER } from './ldap';
import {
  alertmanagerEgress,
  componentPolicy,
  destinationRule,
  dnsEgress,
  podsIn,
  podsOf,
  scrapers,
  tcp,
} from '../kit/network';
import {
  CONTAINER_SECURITY,
  configHash,
  containerResources,
  imageReference,
  LAST_WORDS,
  pullSecrets,
  restrictedPodSecurity,
  secretFiles,
  spread,
} from '../kit/pod';
import {
  ALIVE,
  proxyConfig,
  proxyContainer,
  type ProxyProps,
  proxyServer,
  proxyVolumes,
  WITH_AUTHORIZATION,
} from '../kit/proxy';

/** The parts of the stack config that Grafana is made from. */
export type GrafanaProps = Pick<
  StackConfig,
  | 'namespaces'
  | 'alertmanager'
  | 'grafana'
  | 'gateway'
  | 'auth'
  | 'resources'
  | 'images'
  | 'network'
  | 'limits'
  | 'environment'
  | 'monitoring'
  | 'deployment'
  | 'canary'
>;

/** Not the image's own, which could be somebody's on the node: the image runs as anybody. */
const USER = 10472;
const DATA = '/var/lib/grafana';
const PROVISIONING = '/etc/grafana/provisioning';
const DASHBOARDS = '/etc/grafana/dashboards';

/** Grafana: Deployment, volume, provisioned datasources and dashboards, and the Ingress or route where one is configured. */
export class Grafana extends Construct {
  constructor(scope: Construct, id: string, props: GrafanaProps) {
    super(scope, id);
    const { namespaces, grafana } = props;
    const metadata = (name: string): k8s.ObjectMeta => ({
      name,
      namespace: namespaces.logging,
      labels: { ...objectLabels(GRAFANA) },
    });
    const provisioning = {
      'grafana.ini': grafanaIni(grafana),
      'datasources.yaml': stringify(datasources(props)),
      'dashboards.yaml': stringify({
        apiVersion: 1,
        providers: [
          {
            name: 'spywatcher-logs',
            type: 'file',
            allowUiUpdates: false,
            disableDeletion: true,
            options: { path: DASHBOARDS },
          },
        ],
      }),
    };
    const dashboards = {
      [`${LOG_AGGREGATION_UID}.json`]: JSON.stringify(logAggregationDashboard(), null, 2),
      [`${LOGGING_STACK_UID}.json`]: JSON.stringify(loggingStackDashboard(props), null, 2),
    };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(GRAFANA.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'provisioning', { metadata: metadata('grafana-provisioning'), data: provisioning });
    new k8s.KubeConfigMap(this, 'dashboards', { metadata: metadata('grafana-dashboards'), data: dashboards });
    if (hasGrafanaMetrics(props)) {
      new k8s.KubeConfigMap(this, 'metrics-config', { metadata: metadata(GRAFANA_METRICS), data: METRICS_FILES });
      new k8s.KubeService(this, 'metrics-service', {
        metadata: metadata(GRAFANA_METRICS),
        spec: {
          clusterIp: 'None',
          selector: { ...selectorLabels(GRAFANA) },
          ports: [
            {
              name: 'metrics',
              port: GRAFANA.ports.metrics,
              targetPort: k8s.IntOrString.fromString('metrics'),
              protocol: 'TCP',
            },
          ],
        },
      });
    }
    this.policy(props);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(GRAFANA.name),
      spec: {
        type: 'ClusterIP',
        selector: { ...selectorLabels(GRAFANA) },
        ports: [
          { name: 'http', port: GRAFANA.ports.http, targetPort: k8s.IntOrString.fromString('http'), protocol: 'TCP' },
        ],
      },
    });
    if (grafana.database.type === 'sqlite') {
      new k8s.KubePersistentVolumeClaim(this, 'volume', {
        metadata: metadata('grafana-data'),
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(grafana.persistence.storageClass === undefined
            ? {}
            : { storageClassName: grafana.persistence.storageClass }),
          resources: { requests: { storage: k8s.Quantity.fromString(formatQuantity(grafana.persistence.size)) } },
        },
      });
    }
    if (grafana.replicas > 1) {
      new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
        metadata: metadata(GRAFANA.name),
        spec: {
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          selector: { matchLabels: { ...selectorLabels(GRAFANA) } },
        },
      });
    }
    this.deployment(props, metadata(GRAFANA.name), { ...provisioning, ...dashboards });
    if (grafana.ingress !== undefined) this.ingress(grafana.ingress, grafana.url, metadata(GRAFANA.name));
    if (grafana.route !== undefined) this.route(grafana.route, grafana.url, metadata(GRAFANA.name));
  }

  private policy(props: GrafanaProps): void {
    const { namespaces, alertmanager, network, grafana } = props;
    const { login, database, smtp } = grafana;
    const { github, google, generic } = login.oauth ?? {};
    const outside = [github, google, generic, login.ldap, database.type === 'sqlite' ? undefined : database, smtp];
    componentPolicy(this, GRAFANA, {
      namespace: namespaces.logging,
      ingress: [
        ...(grafana.ingress === undefined && grafana.route === undefined
          ? []
          : [{ from: [podsIn(network.ingressController.namespace)], ports: tcp(GRAFANA.ports.http) }]),
        ...(hasGrafanaMetrics(props) ? [{ from: [...scrapers(props)], ports: tcp(GRAFANA.ports.metrics) }] : []),
      ],
      egress: [
        { to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) },
        prometheusRule(props),
        ...(alertmanager.type === 'embedded'
          ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
          : []),
        ...alertmanagerEgress({ alertmanager }),
        ...outside.flatMap((service) => service?.egress.map(destinationRule) ?? []),
        dnsEgress(network),
      ],
    });
  }

  private deployment(props: GrafanaProps, metadata: k8s.ObjectMeta, files: Readonly<Record<string, string>>): void {
    const { grafana, gateway, images, resources } = props;
    const { ldap } = grafana.login;
    const isShared = grafana.database.type !== 'sqlite';
    const hasMetrics = hasGrafanaMetrics(props);
    const secrets = settingsSecrets(props);
    const proxy: ProxyProps = {
      images,
      resources,
      configMap: GRAFANA_METRICS,
      secret: GRAFANA_METRICS_SECRET,
      metricsPort: GRAFANA.ports.metrics,
    };
    const health = { httpGet: { path: '/api/health', port: k8s.IntOrString.fromString('http') } };
    // Says nothing of the database: where that is away, a restart does not help.
    const alive = { httpGet: { path: '/healthz', port: k8s.IntOrString.fromString('http') } };
    new k8s.KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas: grafana.replicas,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(GRAFANA) } },
        strategy: isShared
          ? {
              type: 'RollingUpdate',
              rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
            }
          : { type: 'Recreate' }, // one SQLite file on one volume: never two pods
        template: {
          metadata: {
            labels: { ...objectLabels(GRAFANA) },
            annotations: {
              ...configHash({ ...files, ...(hasMetrics ? METRICS_FILES : {}) }),
              ...scrapeAnnotations(props, GRAFANA.ports.metrics),
            },
          },
          spec: {
            serviceAccountName: GRAFANA.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            ...(grafana.replicas > 1 ? { topologySpreadConstraints: [...spread(selectorLabels(GRAFANA))] } : {}),
            containers: [
              {
                name: GRAFANA.name,
                image: imageReference(images.grafana, images),
                imagePullPolicy: 'IfNotPresent',
                env: Object.entries({ ...grafanaSettings(props), ...secretSettings(props) }).map(([name, value]) => ({
                  name,
                  value,
                })),
                ports: [{ name: 'http', containerPort: GRAFANA.ports.http, protocol: 'TCP' }],
                resources: containerResources(resources.grafana),
                securityContext: CONTAINER_SECURITY,
                terminationMessagePolicy: LAST_WORDS,
                startupProbe: { ...health, periodSeconds: 2, failureThreshold: 150 }, // the first start migrates the database
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...alive, periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'tmp', mountPath: '/tmp' },
                  {
                    name: 'provisioning',
                    mountPath: '/etc/grafana/grafana.ini',
                    subPath: 'grafana.ini',
                    readOnly: true,
                  },
                  {
                    name: 'provisioning',
                    mountPath: `${PROVISIONING}/datasources/datasources.yaml`,
                    subPath: 'datasources.yaml',
                    readOnly: true,
                  },
                  {
                    name: 'provisioning',
                    mountPath: `${PROVISIONING}/dashboards/dashboards.yaml`,
                    subPath: 'dashboards.yaml',
                    readOnly: true,
                  },
                  { name: 'dashboards', mountPath: DASHBOARDS, readOnly: true },
                  ...secrets.map(({ name }) => ({
                    name: `secret-${name}`,
                    mountPath: `${SECRETS}/${name}`,
                    readOnly: true,
                  })),
                  ...(gateway.tls === undefined ? [] : [{ name: 'gateway-ca', mountPath: GATEWAY_CA, readOnly: true }]),
                  ...(ldap === undefined ? [] : [{ name: 'ldap', mountPath: LDAP_FOLDER, readOnly: true }]),
                ],
              },
              ...(hasMetrics ? [proxyContainer(proxy)] : []),
            ],
            volumes: [
              isShared
                ? { name: 'data', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } }
                : { name: 'data', persistentVolumeClaim: { claimName: 'grafana-data' } },
              { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
              ...(hasMetrics ? proxyVolumes(proxy) : []),
              { name: 'provisioning', configMap: { name: 'grafana-provisioning' } },
              { name: 'dashboards', configMap: { name: 'grafana-dashboards' } },
              ...secrets.map(({ name, secret, settings }) =>
                secretFiles(`secret-${name}`, secret, Object.keys(settings)),
              ),
              ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.secretName, ['ca.crt'])]), // its key is not Grafana's to read
              ...(ldap === undefined
                ? []
                : [secretFiles('ldap', ldap.bindSecret, ['ldap.toml', ...(ldap.privateCa ? ['ca.crt'] : [])])]),
            ],
          },
        },
      },
    });
  }

  private ingress(
    { className, tls, annotations }: NonNullable<StackConfig['grafana']['ingress']>,
    url: string,
    metadata: k8s.ObjectMeta,
  ): void {
    const host = new URL(url).hostname;
    new k8s.KubeIngress(this, 'ingress', {
      metadata: {
        ...metadata,
        annotations: {
          ...annotations,
          ...(tls?.clusterIssuer === undefined ? {} : { 'cert-manager.io/cluster-issuer': tls.clusterIssuer }),
        },
      },
      spec: {
        ...(className === undefined ? {} : { ingressClassName: className }),
        ...(tls === undefined ? {} : { tls: [{ hosts: [host], secretName: tls.secretName }] }),
        rules: [
          {
            host,
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: GRAFANA.name, port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    });
  }

  private route(
    { gateway }: NonNullable<StackConfig['grafana']['route']>,
    url: string,
    metadata: k8s.ObjectMeta,
  ): void {
    new ApiObject(this, 'route', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { ...metadata, labels: { ...metadata.labels } },
      spec: {
        parentRefs: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'Gateway',
            name: gateway.name,
            namespace: gateway.namespace,
            sectionName: gateway.listener,
          },
        ],
        hostnames: [new URL(url).hostname],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ group: '', kind: 'Service', name: GRAFANA.name, port: GRAFANA.ports.http, weight: 1 }],
          },
        ],
      },
    });
  }
}

/**
 * Grafana has its metrics on the port of all else, where everybody whom the Ingress lets in could read them. So it asks for
 * a password, which the nginx beside it adds to what a scraper asks, and no other path is behind that port.
 */
const METRICS_FILES = {
  'nginx.conf': proxyConfig([
    proxyServer(GRAFANA.ports.metrics, {
      '/metrics': [WITH_AUTHORIZATION, ['proxy_pass', `http://127.0.0.1:${GRAFANA.ports.http}/metrics`]],
      ...ALIVE,
    }),
  ]),
};

/** The stack's own Prometheus, or every pod of the namespace of another one. */
function prometheusRule(props: GrafanaProps): k8s.NetworkPolicyEgressRule {
  const { namespaces, grafana } = props;
  if (grafana.datasources.prometheus === undefined && monitoringType(props) === 'embedded')
    return { to: [podsOf(PROMETHEUS, namespaces.logging)], ports: tcp(PROMETHEUS.ports.http) };
  const { namespace, port } = prometheusDatasource(props);
  return { to: [podsIn(namespace)], ports: tcp(port) };
}
