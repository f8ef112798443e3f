import { Promtail } from '../../../../src/components/promtail';
import type { StackConfig } from '../../../../src/config';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, fileOf, find, identify, ofKind, podOf, render, yamlOf } from '../../../support/manifests';

const rendered = (props: StackConfig) => render((scope) => new Promtail(scope, 'promtail', props));
const objects = rendered(configWith());
const client = (from: typeof objects) => yamlOf(from, 'promtail-config', 'config.yaml').at('clients.0');

describe('given a stack, Promtail', () => {
  it('may read pods, and nothing else of the cluster', () => {
    expect(find(objects, 'ClusterRole')['rules']).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    ]);
    const { name } = find(objects, 'ClusterRole').metadata;
    expect(find(objects, 'ClusterRoleBinding')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'promtail', namespace: 'logging-agents' }],
    });
    expect(podOf(objects).spec.serviceAccountName).toBe(find(objects, 'ServiceAccount').metadata.name);
  });

  it('reads the logs of its own node, and writes only where it read up to, on the node', () => {
    expect(podOf(objects).spec.volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([
      { name: 'positions', hostPath: { path: '/var/lib/spywatcher-logs/promtail', type: 'DirectoryOrCreate' } },
      { name: 'pod-logs', hostPath: { path: '/var/log/pods' } },
    ]);
    expect(containerOf(objects).volumeMounts.filter(({ readOnly }) => readOnly !== true)).toEqual([
      { name: 'positions', mountPath: '/run/promtail' },
    ]);
    expect(yamlOf(objects, 'promtail-config', 'config.yaml').at('positions.filename')).toBe(
      '/run/promtail/positions.yaml',
    );
    expect(containerOf(objects).env?.[0]).toEqual({
      name: 'HOSTNAME',
      valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } },
    });
  });

  it('runs on nodes that others are kept away from', () => {
    expect(podOf(objects).spec.tolerations).toEqual([{ operator: 'Exists', effect: 'NoSchedule' }]);
  });

  it('pushes to the gateway with its credential, whose password is a file', () => {
    expect(client(objects)).toMatchObject({
      url: 'http://gateway.logging.svc:80/loki/api/v1/push',
      batchwait: '1s',
      batchsize: 2 ** 20,
      basic_auth: { username: 'promtail', password_file: '/etc/promtail-credential/password' },
    });
    expect(podOf(objects).spec.volumes).toContainEqual({
      name: 'credential',
      secret: {
        secretName: 'gateway-credential-promtail',
        defaultMode: 0o440,
        items: [{ key: 'password', path: 'password' }],
      },
    });
    expect(containerOf(objects).volumeMounts).toContainEqual({
      name: 'credential',
      mountPath: '/etc/promtail-credential',
      readOnly: true,
    });
  });

  it('keeps trying for ever while Loki is away, and for five minutes when it is ended meanwhile', () => {
    expect(client(objects)).toMatchObject({ backoff_config: { max_period: '30s', max_retries: 0 } });
    expect(podOf(objects).spec.terminationGracePeriodSeconds).toBe(300);
  });

  it('keeps its positions where no other stack of the cluster keeps them, and with the default namespace where it always did', () => {
    const folderOf = (input: Parameters<typeof configWith>[0]) => {
      const promtail = render((scope) => new Promtail(scope, 'promtail', configWith(input)));
      return podOf(promtail).spec.volumes.find(({ name }) => name === 'positions')?.hostPath?.path;
    };
    expect(folderOf({})).toBe('/var/lib/spywatcher-logs/promtail');
    expect(folderOf({ namespaces: { logging: 'other' } })).toBe('/var/lib/spywatcher-logs/promtail');
    expect(folderOf({ namespaces: { agents: 'other-agents' } })).toBe('/var/lib/spywatcher-logs/promtail-other-agents');
    const positionsDirectory = '/var/lib/mine';
    expect(folderOf({ namespaces: { agents: 'other-agents' }, agent: { positionsDirectory } })).toBe(
      positionsDirectory,
    );
  });

  it('starts whatever a crash has left of its positions, and writes them down far less often than batches leave', () => {
    expect(yamlOf(objects, 'promtail-config', 'config.yaml').at('positions')).toMatchObject({
      ignore_invalid_yaml: true,
      sync_period: '30s',
    });
  });

  it('is ready by what it says, and restarted when it does not listen', () => {
    const { readinessProbe, livenessProbe } = containerOf(objects);
    expect(readinessProbe.httpGet).toEqual({ path: '/ready', port: 'metrics' });
    expect(livenessProbe.tcpSocket).toEqual({ port: 'metrics' });
  });

  it('collects from 80 % of its memory limit', () => {
    expect(containerOf(objects).env?.[1]).toEqual({ name: 'GOMEMLIMIT', value: '256MiB' });
  });
});

describe('given a gateway that asks for no credential, Promtail', () => {
  const open = rendered(configWith({ auth: { loki: { enabled: false } } }));

  it('has none', () => {
    expect(client(open)).not.toHaveProperty('basic_auth');
    expect(JSON.stringify(open)).not.toMatch(/(?:gateway|promtail)-credential|secretName|secretKeyRef/);
  });
});

describe('given every option, Promtail', () => {
  const everything = rendered(everythingConfig());

  it('has cluster-wide names of its namespace, so that two stacks can share a cluster', () => {
    const clusterWide = everything.filter(({ metadata }) => metadata.namespace === undefined);
    expect(clusterWide.map(identify)).toEqual([
      'ClusterRole watch-agents-promtail',
      'ClusterRoleBinding watch-agents-promtail',
    ]);
    expect(ofKind(everything, 'DaemonSet').map(identify)).toEqual(['DaemonSet watch-agents/promtail']);
  });

  it('has the configured credential, batches, positions and tolerations', () => {
    expect(client(everything)).toMatchObject({
      url: 'https://gateway.watch.svc:443/loki/api/v1/push',
      batchwait: '2s',
      batchsize: 512 * 2 ** 10,
      basic_auth: { username: 'shipper' },
    });
    const { volumes, tolerations } = podOf(everything).spec;
    expect(volumes.find(({ name }) => name === 'credential')?.secret?.secretName).toBe('gateway-credential-shipper');
    expect(volumes).toContainEqual({
      name: 'positions',
      hostPath: { path: '/var/lib/watch/positions', type: 'DirectoryOrCreate' },
    });
    expect(tolerations).toEqual([{ key: 'dedicated', operator: 'Equal', value: 'logs', effect: 'NoExecute' }]);
  });

  it('may reach the API server where it is configured to be', () => {
    expect(find(everything, 'NetworkPolicy').spec.egress?.[1]).toEqual({
      to: [{ ipBlock: { cidr: '10.0.0.1/32' } }],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
  });

  it('reads the configured folders of the node, and can write to none of them', () => {
    const mounts = containerOf(everything).volumeMounts;
    expect(mounts).toContainEqual({ name: 'files-statements', mountPath: '/logs/statements', readOnly: true });
    expect(podOf(everything).spec.volumes).toContainEqual({
      name: 'files-statements',
      hostPath: { path: '/var/log/postgresql', type: 'DirectoryOrCreate' },
    });
    expect(mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name)).toEqual(['positions']);
  });

  it('leaves the excluded namespaces out', () => {
    expect(fileOf(everything, 'promtail-config', 'config.yaml')).toContain('regex: kube-system|noise');
  });
});

describe('given a gateway with a certificate, the agent', () => {
  const secured = rendered(configWith({ gateway: { tls: {} } }));

  it('pushes over TLS, and checks it by the CA that it is given', () => {
    expect(client(secured)).toMatchObject({
      url: 'https://gateway.logging.svc:443/loki/api/v1/push',
      tls_config: { ca_file: '/etc/promtail-gateway-ca/ca.crt' },
    });
  });

  it('sees of that Secret nothing but the CA', () => {
    expect(podOf(secured).spec.volumes).toContainEqual({
      name: 'gateway-ca',
      secret: { secretName: 'gateway-ca', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
    expect(containerOf(secured).volumeMounts).toContainEqual({
      name: 'gateway-ca',
      mountPath: '/etc/promtail-gateway-ca',
      readOnly: true,
    });
  });
});
