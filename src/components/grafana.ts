import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { credentialSecretName, type StackConfig } from '../config';
import { formatQuantity } from '../config/units';
import { derivedFields } from '../dashboards/derived-fields';
import { LOKI_DATASOURCE_UID } from '../dashboards/explore';
import { LOG_AGGREGATION_UID, logAggregationDashboard } from '../dashboards/log-aggregation';
import { GATEWAY_SERVICE_PORT } from './gateway';
import { GATEWAY, GRAFANA, objectLabels, selectorLabels } from './identity';
import { componentPolicy, dnsEgress, podsIn, podsOf, tcp } from './network';
import {
  CONTAINER_SECURITY,
  configHash,
  containerResources,
  imageReference,
  pullSecrets,
  restrictedPodSecurity,
  secretEnv,
} from './pod';

/** The parts of the stack config that Grafana is made from. */
export type GrafanaProps = Pick<
  StackConfig,
  'namespaces' | 'grafana' | 'auth' | 'resources' | 'images' | 'network' | 'limits'
>;

/** uid and gid of the image. */
const USER = 472;
const DATA = '/var/lib/grafana';
const PROVISIONING = '/etc/grafana/provisioning';
const DASHBOARDS = '/etc/grafana/dashboards';

/** Grafana: Deployment, volume, provisioned datasources and dashboards, and the Ingress where one is configured. */
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
    const dashboards = { [`${LOG_AGGREGATION_UID}.json`]: JSON.stringify(logAggregationDashboard(), null, 2) };

    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: metadata(GRAFANA.name),
      automountServiceAccountToken: false,
    });
    new k8s.KubeConfigMap(this, 'provisioning', { metadata: metadata('grafana-provisioning'), data: provisioning });
    new k8s.KubeConfigMap(this, 'dashboards', { metadata: metadata('grafana-dashboards'), data: dashboards });
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
    this.deployment(props, metadata(GRAFANA.name), { ...provisioning, ...dashboards });
    if (grafana.ingress !== undefined) this.ingress(grafana.ingress, grafana.url, metadata(GRAFANA.name));
  }

  private policy({ namespaces, network, grafana }: GrafanaProps): void {
    const { prometheus } = grafana.datasources;
    componentPolicy(this, GRAFANA, {
      namespace: namespaces.logging,
      ingress: [
        ...(grafana.ingress === undefined
          ? []
          : [{ from: [podsIn(network.ingressController.namespace)], ports: tcp(GRAFANA.ports.http) }]),
        { from: [podsIn(network.monitoring.namespace)], ports: tcp(GRAFANA.ports.http) },
      ],
      egress: [
        { to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) },
        { to: [podsIn(prometheus.namespace)], ports: tcp(prometheus.port) },
        dnsEgress(network),
      ],
    });
  }

  private deployment(
    { grafana, auth, images, resources }: GrafanaProps,
    metadata: k8s.ObjectMeta,
    files: Readonly<Record<string, string>>,
  ): void {
    const health = { httpGet: { path: '/api/health', port: k8s.IntOrString.fromString('http') } };
    new k8s.KubeDeployment(this, 'deployment', {
      metadata,
      spec: {
        replicas: 1,
        revisionHistoryLimit: 5,
        selector: { matchLabels: { ...selectorLabels(GRAFANA) } },
        strategy: { type: 'Recreate' }, // one SQLite file on one volume: never two pods
        template: {
          metadata: { labels: { ...objectLabels(GRAFANA) }, annotations: { ...configHash(files) } },
          spec: {
            serviceAccountName: GRAFANA.name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPodSecurity(USER),
            ...pullSecrets(images),
            containers: [
              {
                name: GRAFANA.name,
                image: imageReference(images.grafana, images),
                imagePullPolicy: 'IfNotPresent',
                env: [
                  ...Object.entries(settings(grafana)).map(([name, value]) => ({ name, value })),
                  secretEnv('GF_SECURITY_ADMIN_PASSWORD', grafana.login.adminSecret, 'password'),
                  secretEnv('GF_SECURITY_SECRET_KEY', grafana.login.adminSecret, 'secretKey'),
                  ...(auth.loki.enabled
                    ? [secretEnv('GATEWAY_PASSWORD', credentialSecretName(grafana.credential), 'password')]
                    : []),
                ],
                ports: [{ name: 'http', containerPort: GRAFANA.ports.http, protocol: 'TCP' }],
                resources: containerResources(resources.grafana),
                securityContext: CONTAINER_SECURITY,
                startupProbe: { ...health, periodSeconds: 2, failureThreshold: 150 }, // the first start migrates the database
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
                volumeMounts: [
                  { name: 'data', mountPath: DATA },
                  { name: 'tmp', mountPath: '/tmp' },
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
                ],
              },
            ],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: 'grafana-data' } },
              { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString('256Mi') } },
              { name: 'provisioning', configMap: { name: 'grafana-provisioning' } },
              { name: 'dashboards', configMap: { name: 'grafana-dashboards' } },
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
}

/** Grafana's settings as environment variables, without secrets. */
function settings({ url, login }: StackConfig['grafana']): Readonly<Record<string, string>> {
  return {
    GF_SECURITY_ADMIN_USER: login.adminUser,
    GF_SERVER_ROOT_URL: url,
    GF_SECURITY_COOKIE_SECURE: String(url.startsWith('https://')),
    GF_SECURITY_COOKIE_SAMESITE: 'lax',
    GF_SECURITY_DISABLE_GRAVATAR: 'true',
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    // Nothing leaves the cluster: the NetworkPolicy would not let it.
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_PLUGINS_PREINSTALL_DISABLED: 'true',
    GF_LOG_MODE: 'console',
    GF_LOG_CONSOLE_FORMAT: 'json',
  };
}

/** Provisioned datasources. The password is the name of an environment variable, which Grafana fills in. */
export function datasources({ namespaces, grafana, auth, limits }: GrafanaProps): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Loki',
        uid: LOKI_DATASOURCE_UID,
        type: 'loki',
        access: 'proxy',
        isDefault: true,
        editable: false,
        url: `http://${GATEWAY.name}.${namespaces.logging}.svc:${GATEWAY_SERVICE_PORT}`,
        jsonData: {
          maxLines: limits.maxEntriesPerQuery,
          derivedFields: derivedFields(grafana.links).map((field) => ({
            ...field,
            matcherRegex: literal(field.matcherRegex),
            url: literal(field.url),
          })),
        },
        ...(auth.loki.enabled
          ? {
              basicAuth: true,
              basicAuthUser: grafana.credential,
              secureJsonData: { basicAuthPassword: '$GATEWAY_PASSWORD' },
            }
          : {}),
      },
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        access: 'proxy',
        isDefault: false,
        editable: false,
        url: grafana.datasources.prometheus.url,
      },
    ],
  };
}

/** Text of a provisioning file in which Grafana finds no environment variable. */
function literal(text: string): string {
  return text.replaceAll('$', () => '$$');
}
