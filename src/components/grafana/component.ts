/** Grafana's Deployment, volume, ConfigMaps, Service and NetworkPolicy. */
import * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import { Construct } from 'constructs';
import { GRAFANA_METRICS_SECRET, hasGrafanaMetrics, type StackConfig } from '../../config';
import { grafanaPath } from '../../config/derived/grafana-path';
import { grafanaSettings, LDAP_FOLDER } from '../../config/derived/grafana-settings';
import { LDAP_FILE } from '../../secrets/ldap-config';
import { GRAFANA_METRICS, prometheusDatasource, scrapeAnnotations } from '../kit/addresses';
import { type ContainerProps, containerPorts, httpProbe } from '../kit/container';
import { ALERTMANAGER, GATEWAY, GRAFANA, PROMETHEUS } from '../kit/identity';
import {
  alertmanagerEgress,
  componentPolicy,
  destinationRule,
  dnsEgress,
  ingressController,
  podsIn,
  podsOf,
  proxyEgress,
  scrapers,
  tcp,
} from '../kit/network';
import { listenOn } from '../kit/nginx';
import { scratch, secretFiles, volumeClaim } from '../kit/pod';
import {
  ALIVE,
  proxyConfig,
  proxyContainer,
  type ProxyProps,
  proxyServer,
  proxyVolumes,
  WITH_AUTHORIZATION,
} from '../kit/proxy';
import { addIngress, addRoute } from '../kit/publication';
import { servicePort } from '../kit/service';
import type { EgressRule } from '../kit/traffic';
import { Workload } from '../kit/workload';
import { configMaps, type ConfigMapFiles } from './config-maps';
import { GATEWAY_CA } from './datasources';
import { SECRETS, secretSettings, settingsSecrets } from './secrets';

/** Another user than the image's, whose id somebody on the node may have. The image runs as any user. */
const USER = 10472;
const DATA = '/var/lib/grafana';
const SCRATCH_SIZE = { bytes: 256 * 2 ** 20 };
/** Plugins with a program of their own take some 100 MB each. */
const WITH_PLUGINS = { bytes: 2 ** 30 };

/** Grafana, with its datasources and dashboards, and the Ingress or route where one is configured. */
export class Grafana extends Construct {
  constructor(scope: Construct, id: string, props: StackConfig) {
    super(scope, id);
    const { namespaces, grafana } = props;
    const workload = new Workload(this, GRAFANA, namespaces.logging, props);
    const configs = configMaps(props);

    workload.serviceAccount();
    for (const { volume, name, files } of configs) workload.configMap(volume, name, files);
    if (hasGrafanaMetrics(props)) this.metrics(workload, props);
    this.policy(props);
    workload.service('service', { ports: [servicePort('http', GRAFANA.ports.http)] });
    if (grafana.database.type === 'sqlite')
      new k8s.KubePersistentVolumeClaim(this, 'volume', {
        metadata: workload.metadata('grafana-data'),
        spec: volumeClaim(grafana.persistence),
      });
    this.deployment(workload, props, configs);
    this.publish(grafana, workload.metadata());
  }

  /** The Ingress or the route, where one is configured. */
  private publish({ ingress, route, url }: StackConfig['grafana'], metadata: k8s.ObjectMeta): void {
    const service = { name: GRAFANA.name, portName: 'http', port: GRAFANA.ports.http };
    const published = { host: new URL(url).hostname, path: grafanaPath({ url }) || '/', service, metadata };
    if (ingress !== undefined) addIngress(this, ingress, published);
    if (route !== undefined) addRoute(this, route, published);
  }

  private metrics(workload: Workload, props: StackConfig): void {
    workload.configMap('metrics-config', GRAFANA_METRICS, metricsFiles(props));
    workload.service('metrics-service', {
      name: GRAFANA_METRICS,
      headless: true,
      ports: [servicePort('metrics', GRAFANA.ports.metrics)],
    });
  }

  private policy(props: StackConfig): void {
    const { namespaces, alertmanager, network, grafana } = props;
    const { login, database, smtp, datasources: more } = grafana;
    const { github, google, generic } = login.oauth ?? {};
    const outside = [
      ...[github, google, generic, login.ldap, database.type === 'sqlite' ? undefined : database, smtp],
      ...[more.tempo, ...more.others, grafana.plugins?.type === 'download' ? grafana.plugins : undefined],
    ];
    componentPolicy(this, GRAFANA, {
      namespace: namespaces.logging,
      policies: network.policies,
      ingress: [
        ...(grafana.ingress === undefined && grafana.route === undefined
          ? []
          : [{ from: [ingressController(network)], ports: tcp(GRAFANA.ports.http) }]),
        ...(hasGrafanaMetrics(props) ? [{ from: scrapers(props), ports: tcp(GRAFANA.ports.metrics) }] : []),
      ],
      egress: [
        { to: [podsOf(GATEWAY, namespaces.logging)], ports: tcp(GATEWAY.ports.http) },
        prometheusRule(props),
        ...(alertmanager.type === 'embedded'
          ? [{ to: [podsOf(ALERTMANAGER, namespaces.logging)], ports: tcp(ALERTMANAGER.ports.http) }]
          : []),
        ...alertmanagerEgress({ alertmanager }),
        ...outside.flatMap((service) => service?.egress.map(destinationRule) ?? []),
        ...proxyEgress(props, GRAFANA),
        ...dnsEgress(network),
      ],
    });
  }

  private deployment(workload: Workload, props: StackConfig, configs: readonly ConfigMapFiles[]): void {
    const { grafana } = props;
    const hasMetrics = hasGrafanaMetrics(props);
    workload.deployment({
      replicas: grafana.replicas,
      overlap: grafana.database.type !== 'sqlite', // one SQLite file on one volume: never two pods
      pod: {
        user: USER,
        files: Object.fromEntries(
          [...configs.map(({ files }) => files), hasMetrics ? metricsFiles(props) : {}].flatMap((one) =>
            Object.entries(one),
          ),
        ),
        annotations: scrapeAnnotations(props, GRAFANA.ports.metrics),
        containers: [this.container(props, configs), ...(hasMetrics ? [proxyContainer(metricsProxy(props))] : [])],
        volumes: this.volumes(props, configs),
      },
    });
  }

  private container(props: StackConfig, configs: readonly ConfigMapFiles[]): ContainerProps {
    const { grafana, gateway, images, resources } = props;
    const path = grafanaPath(grafana);
    return {
      name: GRAFANA.name,
      image: images.grafana,
      env: Object.entries({
        ...grafanaSettings(props),
        ...secretSettings(props),
      }).map(([name, value]) => ({ name, value })),
      ports: containerPorts({ http: GRAFANA.ports.http }),
      resources: resources.grafana,
      ...(hasPluginsOnNode(grafana) ? { buffers: WITH_PLUGINS } : {}),
      startupProbe: { ...httpProbe(`${path}/api/health`), periodSeconds: 2, failureThreshold: 150 }, // the first start migrates the database
      readinessProbe: { ...httpProbe(`${path}/api/health`), periodSeconds: 5 },
      // It does not look at the database: a restart would not bring that back.
      livenessProbe: httpProbe(`${path}/healthz`),
      volumeMounts: [
        { name: 'data', mountPath: DATA },
        { name: 'tmp', mountPath: '/tmp' },
        ...configs.flatMap(({ mounts }) => mounts),
        ...settingsSecrets(props).map(({ name }) => ({
          name: `secret-${name}`,
          mountPath: `${SECRETS}/${name}`,
          readOnly: true,
        })),
        ...(gateway.tls === undefined ? [] : [{ name: 'gateway-ca', mountPath: GATEWAY_CA, readOnly: true }]),
        ...(grafana.login.ldap === undefined ? [] : [{ name: 'ldap', mountPath: LDAP_FOLDER, readOnly: true }]),
      ],
    };
  }

  private volumes(props: StackConfig, configs: readonly ConfigMapFiles[]): k8s.Volume[] {
    const { grafana, gateway } = props;
    const { ldap } = grafana.login;
    return [
      grafana.database.type === 'sqlite'
        ? { name: 'data', persistentVolumeClaim: { claimName: 'grafana-data' } }
        : scratch('data', hasPluginsOnNode(grafana) ? WITH_PLUGINS : SCRATCH_SIZE),
      scratch('tmp', SCRATCH_SIZE),
      ...(hasGrafanaMetrics(props) ? proxyVolumes(metricsProxy(props)) : []),
      ...configs.map(({ volume, name }) => ({ name: volume, configMap: { name } })),
      ...settingsSecrets(props).map(({ name, secret, settings }) =>
        secretFiles(`secret-${name}`, secret, Object.keys(settings)),
      ),
      ...(gateway.tls === undefined ? [] : [secretFiles('gateway-ca', gateway.tls.secretName, ['ca.crt'])]), // without the key, which is the gateway's
      ...(ldap === undefined
        ? []
        : [secretFiles('ldap', ldap.bindSecret, [LDAP_FILE, ...(ldap.privateCa ? ['ca.crt'] : [])])]),
    ];
  }
}

/** Whether downloaded plugins lie on the disk of the node. With SQLite they lie on the volume, and outlive the pod. */
function hasPluginsOnNode({ plugins, database }: StackConfig['grafana']): boolean {
  return plugins?.type === 'download' && database.type !== 'sqlite';
}

function metricsProxy({ images, resources }: StackConfig): ProxyProps {
  return {
    images,
    resources,
    configMap: GRAFANA_METRICS,
    secret: GRAFANA_METRICS_SECRET,
    metricsPort: GRAFANA.ports.metrics,
  };
}

/**
 * Grafana serves its metrics on its only port, which the Ingress opens to everybody. So they need a password. The nginx beside
 * Grafana adds it to the requests of scrapers, on a port that serves no other path.
 */
function metricsFiles(props: StackConfig) {
  const metrics = `http://127.0.0.1:${GRAFANA.ports.http}${grafanaPath(props.grafana)}/metrics`;
  return {
    'nginx.conf': proxyConfig([
      proxyServer(listenOn(GRAFANA.ports.metrics, props), {
        '/metrics': [WITH_AUTHORIZATION, ['proxy_pass', metrics]],
        ...ALIVE,
      }),
    ]),
  };
}

/** The stack's own Prometheus, or every pod of the namespace of another one. */
function prometheusRule(props: StackConfig): EgressRule {
  const { namespaces, grafana } = props;
  if (grafana.datasources.prometheus === undefined && props.monitoring.type === 'embedded')
    return { to: [podsOf(PROMETHEUS, namespaces.logging)], ports: tcp(PROMETHEUS.ports.http) };
  const { namespace, port } = prometheusDatasource(props);
  return { to: [podsIn(namespace)], ports: tcp(port) };
}
