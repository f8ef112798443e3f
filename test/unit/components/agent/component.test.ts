/** What an agent is in the cluster, with either program. */
import { Collector } from '../../../../src/components/collector';
import { AGENTS } from '../../../../src/components/kit/identity';
import { Promtail } from '../../../../src/components/promtail';
import type { StackConfig, StackConfigInput } from '../../../../src/config';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, find, identify, ofKind, podOf, render } from '../../../support/manifests';

const COMPONENTS = { promtail: Promtail, collector: Collector };

describe.each(Object.values(AGENTS))('given $name as the agent, it', ({ name: type, ports }) => {
  const rendered = (props: StackConfig) =>
    render((scope) => new COMPONENTS[type](scope, type, { ...props, agent: { ...props.agent, type } }));
  const withAgent = ({ agent, ...input }: Partial<StackConfigInput> = {}) =>
    rendered(configWith({ ...input, agent: { ...agent, type } }));
  const objects = withAgent();
  const everything = rendered(everythingConfig());

  it('may read pods, and nothing else of the cluster', () => {
    expect(find(objects, 'ClusterRole')['rules']).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    ]);
    const { name } = find(objects, 'ClusterRole').metadata;
    expect(find(objects, 'ClusterRoleBinding')).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: type, namespace: 'logging-agents' }],
    });
    expect(podOf(objects).spec.serviceAccountName).toBe(find(objects, 'ServiceAccount').metadata.name);
  });

  it('reads the logs of its own node, and writes only where it keeps what it has read, on the node', () => {
    expect(podOf(objects).spec.volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([
      { name: 'positions', hostPath: { path: `/var/lib/spywatcher-logs/${type}`, type: 'DirectoryOrCreate' } },
      { name: 'pod-logs', hostPath: { path: '/var/log/pods' } },
    ]);
    expect(containerOf(objects).volumeMounts.filter(({ readOnly }) => readOnly !== true)).toEqual([
      expect.objectContaining({ name: 'positions' }),
    ]);
    expect(containerOf(objects).env?.[0]).toMatchObject({ valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } });
  });

  it('reads the logs where the node has them, and those of Docker by the path that links to them have', () => {
    const docker = withAgent({
      agent: {
        podLogsDirectory: '/data/log/pods',
        containerRuntime: { type: 'docker', directory: '/data/docker/containers' },
      },
    });
    expect(podOf(docker).spec.volumes).toEqual(
      expect.arrayContaining([
        { name: 'pod-logs', hostPath: { path: '/data/log/pods' } },
        { name: 'docker-logs', hostPath: { path: '/data/docker/containers' } },
      ]),
    );
    expect(containerOf(docker).volumeMounts).toEqual(
      expect.arrayContaining([
        { name: 'pod-logs', mountPath: '/var/log/pods', readOnly: true },
        { name: 'docker-logs', mountPath: '/data/docker/containers', readOnly: true },
      ]),
    );
  });

  it('keeps that where no other stack of the cluster keeps it, and with the default namespace where it always did', () => {
    const folderOf = (input: Partial<StackConfigInput>) =>
      podOf(withAgent(input)).spec.volumes.find(({ name }) => name === 'positions')?.hostPath?.path;
    const preset = `/var/lib/spywatcher-logs/${type}`;
    expect(folderOf({})).toBe(preset);
    expect(folderOf({ namespaces: { logging: 'other' } })).toBe(preset);
    expect(folderOf({ namespaces: { agents: 'other-agents' } })).toBe(`${preset}-other-agents`);
    const positionsDirectory = '/var/lib/mine';
    expect(folderOf({ namespaces: { agents: 'other-agents' }, agent: { positionsDirectory } })).toBe(
      positionsDirectory,
    );
  });

  it('runs on nodes that others are kept away from', () => {
    expect(podOf(objects).spec.tolerations).toEqual([{ operator: 'Exists', effect: 'NoSchedule' }]);
  });

  it('reads its password from a file of the Secret', () => {
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
      mountPath: `/etc/${type}-credential`,
      readOnly: true,
    });
  });

  it('has no credential for a gateway that asks for none', () => {
    const open = withAgent({ auth: { loki: { enabled: false } } });
    expect(JSON.stringify(open)).not.toMatch(/(?:gateway|promtail|collector)-credential|secretName|secretKeyRef/);
  });

  it('collects from 80 % of its memory limit', () => {
    expect(containerOf(objects).env?.[1]).toEqual({ name: 'GOMEMLIMIT', value: '256MiB' });
  });

  it('has cluster-wide names of its namespace, so that two stacks can share a cluster', () => {
    const clusterWide = everything.filter(({ metadata }) => metadata.namespace === undefined);
    expect(clusterWide.map(identify)).toEqual([
      `ClusterRole watch-agents-${type}`,
      `ClusterRoleBinding watch-agents-${type}`,
    ]);
    expect(ofKind(everything, 'DaemonSet').map(identify)).toEqual([`DaemonSet watch-agents/${type}`]);
  });

  it('has the configured credential and positions', () => {
    const { volumes } = podOf(everything).spec;
    expect(volumes.find(({ name }) => name === 'credential')?.secret?.secretName).toBe('gateway-credential-shipper');
    expect(volumes).toContainEqual({
      name: 'positions',
      hostPath: { path: '/var/lib/watch/positions', type: 'DirectoryOrCreate' },
    });
  });

  it('may reach the API server where it is configured to be, the gateway and DNS; and is reached by scrapers only', () => {
    const { egress = [], ingress = [] } = find(everything, 'NetworkPolicy').spec;
    expect(egress).toHaveLength(4);
    expect(egress.at(0)?.to).toEqual([
      expect.objectContaining({
        podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/name': 'gateway' }) as unknown },
      }),
    ]);
    expect(egress[1]).toEqual({
      to: [{ ipBlock: { cidr: '10.0.0.1/32' } }],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
    expect(ingress.flatMap((rule) => rule.ports)).toEqual([{ protocol: 'TCP', port: ports.metrics }]);
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

  it('sees of the Secret of a gateway with a certificate nothing but the CA', () => {
    const secured = withAgent({ gateway: { tls: {} } });
    expect(podOf(secured).spec.volumes).toContainEqual({
      name: 'gateway-ca',
      secret: { secretName: 'gateway-ca', defaultMode: 0o440, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
    });
    expect(containerOf(secured).volumeMounts).toContainEqual({
      name: 'gateway-ca',
      mountPath: `/etc/${type}-gateway-ca`,
      readOnly: true,
    });
  });
});
