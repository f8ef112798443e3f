import { Grafana, type GrafanaProps } from '../../../src/components/grafana';
import { configWith, everythingConfig } from '../../support/config';
import { derivedFieldsOf, exploreOf, followed } from '../../support/logql';
import { containerOf, fileOf, find, ofKind, podOf, render, yamlOf } from '../../support/manifests';

const rendered = (props: GrafanaProps) => render((scope) => new Grafana(scope, 'grafana', props));
const objects = rendered(configWith());
const envOf = (from: typeof objects) =>
  Object.fromEntries((containerOf(from).env ?? []).map((variable) => [variable.name, variable]));
const datasources = (from: typeof objects) => yamlOf(from, 'grafana-provisioning', 'datasources.yaml');

describe('given a stack, Grafana', () => {
  it('is these objects', () => {
    expect(objects).toMatchSnapshot();
  });

  it('gets its first password and its key by reference alone', () => {
    expect(envOf(objects)).toMatchObject({
      GF_SECURITY_ADMIN_USER: { value: 'admin' },
      GF_SECURITY_ADMIN_PASSWORD: { valueFrom: { secretKeyRef: { name: 'grafana-admin', key: 'password' } } },
      GF_SECURITY_SECRET_KEY: { valueFrom: { secretKeyRef: { name: 'grafana-admin', key: 'secretKey' } } },
      GATEWAY_PASSWORD: { valueFrom: { secretKeyRef: { name: 'gateway-credential-grafana', key: 'password' } } },
    });
  });

  it('lets nobody in without a login, and reports to nobody', () => {
    expect(envOf(objects)).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: { value: 'false' },
      GF_USERS_ALLOW_SIGN_UP: { value: 'false' },
      GF_ANALYTICS_REPORTING_ENABLED: { value: 'false' },
      GF_ANALYTICS_CHECK_FOR_UPDATES: { value: 'false' },
      GF_PLUGINS_PREINSTALL_DISABLED: { value: 'true' },
    });
  });

  it('has Loki, through the gateway, as its default datasource, and Prometheus as the second', () => {
    expect(datasources(objects).at('datasources')).toMatchObject([
      {
        name: 'Loki',
        uid: 'loki',
        type: 'loki',
        isDefault: true,
        editable: false,
        url: 'http://gateway.logging.svc:80',
        jsonData: { maxLines: 5000 },
        basicAuth: true,
        basicAuthUser: 'grafana',
        secureJsonData: { basicAuthPassword: '$GATEWAY_PASSWORD' },
      },
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        isDefault: false,
        url: 'http://prometheus.monitoring.svc:9090',
      },
    ]);
  });

  it('is provisioned with the dashboard from the folder that is mounted', () => {
    const path = yamlOf(objects, 'grafana-provisioning', 'dashboards.yaml').at('providers.0.options.path');
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'dashboards', mountPath: path, readOnly: true });
    expect(yamlOf(objects, 'grafana-dashboards', 'spywatcher-log-aggregation.json').at('title')).toBe(
      'Spywatcher - Log Aggregation',
    );
  });

  it('is one pod on one volume, never two', () => {
    expect(find(objects, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(podOf(objects).spec.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'grafana-data' },
    });
    expect(find(objects, 'PersistentVolumeClaim', 'grafana-data').spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '2Gi' } },
    });
  });

  it('answers for its health on the port that its Service has', () => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(objects);
    for (const probe of [startupProbe, readinessProbe, livenessProbe])
      expect(probe).toMatchObject({ httpGet: { path: '/api/health', port: 'http' } });
  });

  it('has no Ingress, and lets no ingress controller in', () => {
    expect(ofKind(objects, 'Ingress')).toEqual([]);
    expect(find(objects, 'NetworkPolicy').spec.ingress).toHaveLength(1);
  });

  it('over plain HTTP lets cookies travel so', () => {
    expect(envOf(objects)['GF_SECURITY_COOKIE_SECURE']?.value).toBe('false');
  });
});

describe('given a gateway that asks for no credential, Grafana', () => {
  it('has none', () => {
    const open = rendered(configWith({ auth: { loki: { enabled: false } } }));
    expect(envOf(open)).not.toHaveProperty('GATEWAY_PASSWORD');
    expect(fileOf(open, 'grafana-provisioning', 'datasources.yaml')).not.toMatch(/basicAuth|GATEWAY_PASSWORD/);
  });
});

describe('beside a log line, Grafana', () => {
  const linked = derivedFieldsOf(everythingConfig());
  const url = (name: string, value: string): string => {
    const field = linked.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`no derived field ${name}`);
    return followed(field, value);
  };

  it('links the request id to all lines of the request, over all jobs, in the time range that is shown', () => {
    expect(exploreOf(url('requestId', 'ab&c/d')).queries).toMatchObject([
      {
        datasource: { type: 'loki', uid: 'loki' },
        expr: '{job=~".+"} | requestId="ab&c/d" | requestId!=""',
        queryType: 'range',
      },
    ]);
    expect(exploreOf(url('requestId', 'abc123')).range).toEqual({ from: '1700000000000', to: '1700003600000' });
  });

  it('links a trace’s and a Sentry event’s id to where the config says, encoded', () => {
    expect(url('traceId', 'abc/1')).toBe('https://traces.example.com/trace/abc%2F1?view=full');
    expect(url('sentryEventId', 'a&b')).toBe('https://sentry.example.com/organizations/watch/issues/?query=a%26b');
  });

  it('has no such link where none is configured', () => {
    expect(derivedFieldsOf(configWith()).map(({ name }) => name)).toEqual(['requestId']);
    expect(
      derivedFieldsOf(configWith({ grafana: { links: { traces: 'http://t.example.com/{id}' } } })).map(
        ({ name }) => name,
      ),
    ).toEqual(['requestId', 'traceId']);
  });

  it('finds each id once: as the label that the pipelines keep, and not what | json calls the same', () => {
    const labels = ['requestId', 'requestId_extracted', 'traceId', 'sentryEventId', 'xtraceId'];
    for (const { name, matcherType, matcherRegex } of linked) {
      expect(matcherType).toBe('label');
      expect(labels.filter((label) => new RegExp(matcherRegex).test(label))).toEqual([name]);
    }
  });

  it('reads of a URL what is a dollar there as one, and no environment variable', () => {
    const field = derivedFieldsOf(configWith({ grafana: { links: { traces: 'http://t.example.com/$HOME/$$/{id}' } } }));
    expect(field[1]?.url).toBe('http://t.example.com/$HOME/$$/${__value.raw:percentencode}');
    const file = fileOf(objects, 'grafana-provisioning', 'datasources.yaml');
    expect(file.replaceAll('$$', '').match(/\$\w*/g)).toEqual(['$GATEWAY_PASSWORD']);
  });
});

describe('given an Ingress without TLS, class or annotations', () => {
  it('has the host of the URL and nothing more', () => {
    const plain = rendered(configWith({ grafana: { url: 'http://logs.example.com:8080/', ingress: {} } }));
    const { metadata, spec } = find(plain, 'Ingress');
    expect(metadata.annotations ?? {}).toEqual({});
    expect(spec).toEqual({
      rules: [
        {
          host: 'logs.example.com',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { service: { name: 'grafana', port: { name: 'http' } } } },
            ],
          },
        },
      ],
    });
  });
});

describe('given every option, Grafana', () => {
  const { namespaces, grafana, auth, resources, images, network, limits } = everythingConfig();
  const all: Required<GrafanaProps> = { namespaces, grafana, auth, resources, images, network, limits };
  const everything = rendered(all);

  it('is these objects', () => {
    expect(everything.filter(({ metadata }) => metadata.name !== 'grafana-dashboards')).toMatchSnapshot();
  });

  it('is reached by the configured Ingress, over TLS', () => {
    const { metadata, spec } = find(everything, 'Ingress');
    expect(metadata.annotations).toEqual({
      'watch/team': 'watch',
      'cert-manager.io/cluster-issuer': 'corporate',
    });
    expect(spec).toMatchObject({
      ingressClassName: 'internal',
      tls: [{ hosts: ['watch.example.com'], secretName: 'watch-tls' }],
      rules: [{ host: 'watch.example.com' }],
    });
    expect(envOf(everything)).toMatchObject({
      GF_SERVER_ROOT_URL: { value: 'https://watch.example.com' },
      GF_SECURITY_COOKIE_SECURE: { value: 'true' },
    });
  });

  it('lets the ingress controller and the monitoring in, and goes out to the configured Prometheus', () => {
    const { ingress = [], egress = [] } = find(everything, 'NetworkPolicy').spec;
    const namespace = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    expect(ingress.map(({ from }) => from)).toEqual([[namespace('edge')], [namespace('telemetry')]]);
    expect(egress[1]).toEqual({ to: [namespace('telemetry')], ports: [{ protocol: 'TCP', port: 9091 }] });
  });

  it('has the configured user, credential, volume and lines', () => {
    expect(envOf(everything)).toMatchObject({
      GF_SECURITY_ADMIN_USER: { value: 'owner' },
      GF_SECURITY_ADMIN_PASSWORD: { valueFrom: { secretKeyRef: { name: 'watch-admin' } } },
      GATEWAY_PASSWORD: { valueFrom: { secretKeyRef: { name: 'gateway-credential-viewer' } } },
    });
    expect(datasources(everything).at('datasources.0')).toMatchObject({
      basicAuthUser: 'viewer',
      jsonData: { maxLines: 2000 },
    });
    expect(find(everything, 'PersistentVolumeClaim').spec).toMatchObject({
      storageClassName: 'slow',
      resources: { requests: { storage: '4Gi' } },
    });
  });
});
