import { tenantRules } from '../../../../src/alerts';
import { Grafana } from '../../../../src/components/grafana';
import { rulerSection } from '../../../../src/components/loki/ruler';
import type { StackConfig } from '../../../../src/config';
import { configWith, everythingConfig, ORDERS_DASHBOARD } from '../../../support/config';
import { exploreOf } from '../../../../programs/dashboards';
import { derivedFieldsOf, followed } from '../../../support/logql';
import { containerOf, fileOf, find, ofKind, podOf, render, secretAt, yamlOf } from '../../../support/manifests';

const rendered = (props: StackConfig) => render((scope) => new Grafana(scope, 'grafana', props));
const objects = rendered(configWith());
const envOf = (from: typeof objects) =>
  Object.fromEntries((containerOf(from).env ?? []).map((variable) => [variable.name, variable]));
const datasources = (from: typeof objects) => yamlOf(from, 'grafana-provisioning', 'datasources.yaml');

describe('given a stack, Grafana', () => {
  it('reads its secrets from files: each one that a setting or a datasource names is mounted', () => {
    const named = JSON.stringify([
      envOf(objects),
      fileOf(objects, 'grafana-provisioning', 'datasources.yaml'),
    ]).matchAll(/\$__file\{(.+?)\}/g);
    expect([...named].map(([, path = '']) => secretAt(objects, path))).toEqual([
      'grafana-admin/password',
      'grafana-admin/secretKey',
      'grafana-metrics/password',
      'gateway-credential-grafana/password',
    ]);
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

  it('has Loki, through the gateway, as its default datasource, Prometheus, and the stack’s Alertmanager', () => {
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
        secureJsonData: { basicAuthPassword: '$__file{/etc/grafana/secrets/gateway/password}' },
      },
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        isDefault: false,
        url: 'http://prometheus.logging.svc:9090',
      },
      {
        name: 'Alertmanager',
        type: 'alertmanager',
        isDefault: false,
        url: 'http://alertmanager.logging.svc:9093',
        jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
      },
    ]);
  });

  it('tells Grafana how often Prometheus scrapes, of which $__rate_interval is a multiple', () => {
    const settings = (monitoring: object): unknown =>
      datasources(rendered(configWith({ monitoring }))).at('datasources.1.jsonData');
    expect(settings({})).toEqual({ timeInterval: '30s', httpMethod: 'POST' });
    expect(settings({ scrapeInterval: '60s' })).toEqual({ timeInterval: '1m', httpMethod: 'POST' });
  });

  it('is provisioned with the dashboard from the folder that is mounted', () => {
    const path = yamlOf(objects, 'grafana-provisioning', 'dashboards.yaml').at('providers.0.options.path');
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'dashboards', mountPath: path, readOnly: true });
    expect(yamlOf(objects, 'grafana-dashboards', 'spywatcher-log-aggregation.json').at('title')).toBe(
      'Spywatcher - Log Aggregation',
    );
  });

  it('has dashboards of its own, in a folder of their own, only where a stack has some', () => {
    const dashboards = (content: string, folder = 'Shop') =>
      rendered(
        configWith({
          grafana: { dashboards: { folder: 'boards', title: folder, files: [{ name: 'My orders.json', content }] } },
        }),
      );
    const own = dashboards(ORDERS_DASHBOARD);
    const provider = yamlOf(own, 'grafana-provisioning', 'dashboards.yaml');
    const path = String(provider.at('providers.1.options.path'));
    expect(provider.at('providers.1')).toMatchObject({ folder: 'Shop', disableDeletion: false, allowUiUpdates: false });
    expect(containerOf(own).volumeMounts).toContainEqual({ name: 'own-dashboards', mountPath: path, readOnly: true });
    expect(path.startsWith(`${String(provider.at('providers.0.options.path'))}/`)).toBe(false);
    expect(podOf(own).spec.volumes).toContainEqual({
      name: 'own-dashboards',
      configMap: { name: 'grafana-own-dashboards' },
    });
    expect(fileOf(own, 'grafana-own-dashboards', 'orders.json')).toBe(ORDERS_DASHBOARD);
    expect(JSON.stringify(objects)).not.toContain('own-dashboards');
    const hashes = [own, dashboards(`${ORDERS_DASHBOARD}\n`), dashboards(ORDERS_DASHBOARD, 'Market')].map(
      (each) => podOf(each).metadata.annotations['spywatcher-logs/config-hash'],
    );
    expect(new Set(hashes).size).toBe(3);
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

  it('is ready with its database, and alive without, on the port that its Service has', () => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(objects);
    for (const probe of [startupProbe, readinessProbe])
      expect(probe).toMatchObject({ httpGet: { path: '/api/health', port: 'http' } });
    expect(livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
  });

  it('has no Ingress, and lets nobody in but to its metrics', () => {
    expect(ofKind(objects, 'Ingress')).toEqual([]);
    const { policyTypes, ingress } = find(objects, 'NetworkPolicy').spec;
    expect(policyTypes).toContain('Ingress');
    expect(ingress?.map(({ ports }) => ports)).toEqual([[{ protocol: 'TCP', port: 3001 }]]);
  });

  it('over plain HTTP lets cookies travel so', () => {
    expect(envOf(objects)['GF_SECURITY_COOKIE_SECURE']?.value).toBe('false');
  });
});

describe('given a gateway that asks for no credential, Grafana', () => {
  it('has none', () => {
    const open = rendered(configWith({ auth: { loki: { enabled: false } } }));
    expect(podOf(open).spec.volumes.map(({ name }) => name)).not.toContain('secret-gateway');
    expect(fileOf(open, 'grafana-provisioning', 'datasources.yaml')).not.toMatch(/basicAuth|secrets/);
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
    const [, trace] = derivedFieldsOf(
      configWith({ grafana: { links: { traces: 'https://traces.example.com/trace/{id}?view=full' } } }),
    );
    expect(trace === undefined ? '' : followed(trace, 'abc/1')).toBe(
      'https://traces.example.com/trace/abc%2F1?view=full',
    );
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
    expect(file.replaceAll('$$', '').match(/\$\w*/g)).toEqual(['$__file']);
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
  const everything = rendered(everythingConfig());

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

  it('lets the ingress controller in, to its metrics a Prometheus, and nobody else; goes out to the configured Prometheus', () => {
    const { ingress = [], egress = [] } = find(everything, 'NetworkPolicy').spec;
    const namespace = (name: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    const own = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } };
    expect(ingress).toMatchObject([
      { from: [namespace('edge')], ports: [{ port: 3000 }] },
      { from: [namespace('telemetry'), { ...namespace('watch'), ...own }], ports: [{ port: 3001 }] },
    ]);
    expect(egress[1]).toEqual({ to: [namespace('telemetry')], ports: [{ protocol: 'TCP', port: 9091 }] });
  });

  it('goes out to the providers, the directory, the database, the mail server, the datasources, the plugins and the proxy, where the config says they are', () => {
    const { egress = [] } = find(everything, 'NetworkPolicy').spec;
    const tcp = (port: number) => [{ protocol: 'TCP', port }];
    const pods = (name: string, app: string) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      podSelector: { matchLabels: { app } },
    });
    expect(egress.slice(3, -2)).toEqual([
      { to: [{ ipBlock: { cidr: '140.82.112.0/20' } }], ports: tcp(443) },
      { to: [{ ipBlock: { cidr: '142.250.0.0/15' } }], ports: tcp(443) },
      { to: [pods('identity', 'keycloak')], ports: tcp(8443) },
      { to: [{ ipBlock: { cidr: '10.30.0.5/32' } }], ports: tcp(389) },
      { to: [pods('databases', 'postgres')], ports: tcp(5433) },
      { to: [{ ipBlock: { cidr: '10.30.0.6/32' } }], ports: tcp(2525) },
      { to: [{ ipBlock: { cidr: '203.0.113.20/32' } }], ports: tcp(443) },
      { to: [pods('databases', 'orders')], ports: tcp(5434) },
      { to: [{ ipBlock: { cidr: '203.0.113.21/32' } }], ports: tcp(443) },
      { to: [{ ipBlock: { cidr: '203.0.113.70/32' } }], ports: tcp(3128) },
    ]);
  });

  it('on PostgreSQL needs no volume, and never stops serving while it is replaced', () => {
    expect(ofKind(everything, 'PersistentVolumeClaim')).toEqual([]);
    expect(find(everything, 'Deployment').spec).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
    expect(find(everything, 'PodDisruptionBudget').spec).toMatchObject({ maxUnavailable: 1 });
  });

  it('checks the gateway’s certificate, and has no part in its key', () => {
    expect(datasources(everything).at('datasources.0')).toMatchObject({
      url: 'https://gateway.watch.svc:443',
      jsonData: { tlsAuthWithCACert: true },
      secureJsonData: { tlsCACert: '$__file{/etc/grafana/gateway-ca/ca.crt}' },
    });
    expect(podOf(everything).spec.volumes).toContainEqual({
      name: 'gateway-ca',
      secret: { secretName: 'watch-gateway-tls', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
  });

  it('has the LDAP config, and the CA of its own, from their Secret', () => {
    expect(podOf(everything).spec.volumes).toContainEqual({
      name: 'ldap',
      secret: {
        secretName: 'watch-ldap',
        defaultMode: 0o440,
        items: ['ldap.toml', 'ca.crt'].map((key) => ({ key, path: key })),
      },
    });
    expect(containerOf(everything).volumeMounts).toContainEqual({
      name: 'ldap',
      mountPath: '/etc/grafana/ldap',
      readOnly: true,
    });
  });

  it('has the configured user, credential, volume and lines', () => {
    expect(envOf(everything)).toMatchObject({
      GF_SECURITY_ADMIN_USER: { value: 'owner' },
    });
    expect(secretAt(everything, '/etc/grafana/secrets/admin/password')).toBe('watch-admin/password');
    expect(secretAt(everything, '/etc/grafana/secrets/gateway/password')).toBe('gateway-credential-viewer/password');
    expect(datasources(everything).at('datasources.0')).toMatchObject({
      basicAuthUser: 'viewer',
      jsonData: { maxLines: 2000 },
    });
  });
});

describe('given plugins to download, Grafana', () => {
  const plugins = {
    type: 'download' as const,
    list: [{ id: 'grafana-clock-panel', version: '2.1.8' }],
    egress: [{ cidr: '203.0.113.21/32', port: 443 }],
  };
  const database = {
    type: 'postgres' as const,
    host: 'db.databases.svc',
    egress: [{ namespace: 'databases', port: 5432 }],
  };
  const diskOf = (grafana: object) => {
    const from = rendered(configWith({ grafana }));
    return {
      data: podOf(from).spec.volumes.find(({ name }) => name === 'data')?.emptyDir?.sizeLimit,
      resources: containerOf(from).resources,
    };
  };

  it('has room for them on the node, where it has no volume', () => {
    const disk = (data: string, limit: string) => ({ data, resources: { limits: { 'ephemeral-storage': limit } } });
    expect(diskOf({ plugins, database })).toMatchObject(disk('1Gi', '2Gi'));
    expect(diskOf({ database })).toMatchObject(disk('256Mi', '1Gi'));
  });

  it('has them on its volume, where it has one', () => {
    expect(diskOf({ plugins })).toEqual(diskOf({}));
  });
});

describe('given a volume of its own, Grafana', () => {
  it('has the configured size and class', () => {
    const stored = rendered(configWith({ grafana: { persistence: { size: '4Gi', storageClass: 'slow' } } }));
    expect(find(stored, 'PersistentVolumeClaim').spec).toMatchObject({
      storageClassName: 'slow',
      resources: { requests: { storage: '4Gi' } },
    });
  });
});

describe.each(['https://example.com/team/logs', 'https://example.com/team/logs/'])('given %s, Grafana', (url) => {
  const ingress = { tls: { secretName: 'tls' } };
  const shared = rendered(configWith({ grafana: { url, ingress } }));
  const route = { gateway: { name: 'public', namespace: 'edge', listener: 'https' } };

  it('knows its path, which nothing before it takes off', () => {
    expect(envOf(shared)).toMatchObject({
      GF_SERVER_ROOT_URL: { value: url },
      GF_SERVER_SERVE_FROM_SUB_PATH: { value: 'true' },
    });
  });

  it('gets from the Ingress, or the route, its path of the host and no other', () => {
    expect(find(shared, 'Ingress').spec).toMatchObject({
      rules: [{ host: 'example.com', http: { paths: [{ path: '/team/logs', pathType: 'Prefix' }] } }],
    });
    const routed = rendered(configWith({ grafana: { url, route } }));
    expect(routed.filter(({ kind }) => kind === 'HTTPRoute').map(({ spec }) => spec)).toMatchObject([
      { hostnames: ['example.com'], rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/team/logs' } }] }] },
    ]);
  });

  it('is asked below its path, by probes and by the nginx that shows its metrics: elsewhere it answers with a redirect', () => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(shared);
    expect([startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path)).toEqual([
      '/team/logs/api/health',
      '/team/logs/api/health',
      '/team/logs/healthz',
    ]);
    const nginx = fileOf(shared, 'grafana-metrics', 'nginx.conf');
    expect(nginx).toMatch(/location = \/metrics \{/);
    expect(nginx).toContain('proxy_pass http://127.0.0.1:3000/team/logs/metrics;');
  });

  it('is where links of alerts lead', () => {
    const config = configWith({ grafana: { url, ingress } });
    expect(rulerSection(config)).toMatchObject({ ruler: { external_url: 'https://example.com/team/logs' } });
    expect(JSON.stringify(tenantRules(config))).toContain('https://example.com/team/logs/explore?');
    expect(JSON.stringify(tenantRules(config))).not.toContain('//explore');
  });
});

describe('given a host of its own, Grafana', () => {
  it('has no setting of a path', () => {
    expect(envOf(objects)).not.toHaveProperty('GF_SERVER_SERVE_FROM_SUB_PATH');
  });
});

describe('given a route instead of an Ingress, Grafana', () => {
  const routed = rendered(
    configWith({
      grafana: {
        url: 'https://logs.example.com',
        route: { gateway: { name: 'public', namespace: 'edge', listener: 'https' } },
      },
    }),
  );

  it('is published by the Gateway’s HTTPS listener alone', () => {
    expect(ofKind(routed, 'Ingress')).toEqual([]);
    expect(routed.filter(({ kind }) => kind === 'HTTPRoute').map(({ spec }) => spec)).toMatchObject([
      {
        parentRefs: [{ kind: 'Gateway', name: 'public', namespace: 'edge', sectionName: 'https' }],
        hostnames: ['logs.example.com'],
        rules: [{ backendRefs: [{ kind: 'Service', name: 'grafana', port: 3000 }] }],
      },
    ]);
  });

  it('lets the Gateway’s pods in', () => {
    expect(find(routed, 'NetworkPolicy').spec.ingress?.[0]?.from).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } },
    ]);
  });
});

describe('given a provider that may be anywhere in the internet, Grafana', () => {
  it('still reaches nothing that is no part of it', () => {
    const open = rendered(
      configWith({
        grafana: {
          login: {
            oauth: {
              github: {
                clientId: 'c',
                organizations: ['a'],
                egress: [
                  { cidr: '0.0.0.0/0', port: 443 },
                  { cidr: '::/0', port: 443 },
                  { cidr: '128.0.0.0/1', port: 443 },
                  // One's own provider, in the cluster's own range.
                  { cidr: '10.0.0.0/8', port: 443 },
                  { cidr: '10.30.0.5/32', port: 443 },
                ],
              },
            },
          },
        },
      }),
    );
    const blocks = (find(open, 'NetworkPolicy').spec.egress ?? []).flatMap(({ to = [] }) =>
      to.flatMap(({ ipBlock }) => ipBlock ?? []),
    );
    expect(blocks).toEqual([
      {
        cidr: '0.0.0.0/0',
        except: ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
      },
      { cidr: '::/0', except: expect.arrayContaining(['::1/128', 'fc00::/7', 'fe80::/10']) as unknown },
      { cidr: '128.0.0.0/1', except: ['169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'] },
      { cidr: '10.0.0.0/8' },
      { cidr: '10.30.0.5/32' },
    ]);
  });
});
