import { Gateway, gatewayUrl } from '../../../../src/components/gateway';
import type { StackConfig } from '../../../../src/config';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, find, ofKind, podOf, render } from '../../../support/manifests';

const rendered = (props: StackConfig) => render((scope) => new Gateway(scope, 'gateway', props));
const objects = rendered(configWith());

describe('given a stack, the gateway', () => {
  it('serves before the old pod stops, which waits until nobody sends it more and lets requests finish', () => {
    expect(find(objects, 'Deployment').spec['strategy']).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
    });
    expect(containerOf(objects).lifecycle?.preStop.exec.command.at(-1)).toMatch(/^sleep 3; exec nginx .* -s quit$/);
  });

  it('starts with the config that is mounted, and stops with the same', () => {
    const { command, lifecycle, volumeMounts } = containerOf(objects);
    for (const words of [command, lifecycle?.preStop.exec.command])
      expect(words?.join(' ')).toMatch(/ nginx -c \/etc\/nginx\/gateway\/nginx\.conf -e stderr( -s quit)?$/);
    expect(volumeMounts).toContainEqual({ name: 'config', mountPath: '/etc/nginx/gateway', readOnly: true });
    expect(podOf(objects).spec.volumes).toContainEqual({ name: 'config', configMap: { name: 'gateway-config' } });
  });

  it('answers for its health without Loki; whether it lives, on the port that no client can fill', () => {
    const { readinessProbe, livenessProbe } = containerOf(objects);
    expect(readinessProbe.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(livenessProbe.httpGet).toEqual({ path: '/alive', port: 'metrics' });
  });

  it('reads who may come in from a Secret, as files', () => {
    expect(podOf(objects).spec.volumes).toContainEqual({
      name: 'users',
      secret: { secretName: 'gateway-users', defaultMode: 0o440 },
    });
    expect(containerOf(objects).volumeMounts).toContainEqual({
      name: 'users',
      mountPath: '/etc/nginx/users',
      readOnly: true,
    });
  });

  it('has a disk on which all bodies fit that it takes at once', () => {
    const { volumes } = podOf(rendered(configWith({ limits: { ingestionBurst: '32MB' } }))).spec;
    const { sizeLimit = '' } = volumes.find(({ name }) => name === 'tmp')?.emptyDir ?? {};
    // 512 connections of less than a megabyte, and 16 of two bursts.
    const bodies = 512e6 + 16 * 64 * 2 ** 20;
    expect(sizeLimit).toMatch(/^\d+Mi$/);
    expect(Number.parseInt(sizeLimit) * 2 ** 20).toBeGreaterThanOrEqual(bodies);
    expect(Number.parseInt(sizeLimit) * 2 ** 20).toBeLessThan(bodies * 1.01);
  });

  it('is one pod that does not block a drain', () => {
    expect(find(objects, 'Deployment').spec.replicas).toBe(1);
    expect(ofKind(objects, 'PodDisruptionBudget')).toEqual([]);
  });

  it('has its metrics on a port and a Service of their own', () => {
    expect(find(objects, 'Service', 'gateway').spec.ports.map(({ port, targetPort }) => [port, targetPort])).toEqual([
      [80, 'http'],
    ]);
    expect(
      find(objects, 'Service', 'gateway-metrics').spec.ports.map(({ port, targetPort }) => [port, targetPort]),
    ).toEqual([[8081, 'metrics']]);
  });
});

describe('given a gateway that asks for no credential', () => {
  it('reads no Secret', () => {
    const open = rendered(configWith({ auth: { loki: { enabled: false } } }));
    expect(podOf(open).spec.volumes.map(({ name }) => name)).toEqual(['config', 'tmp']);
    expect(containerOf(open).volumeMounts.map(({ name }) => name)).toEqual(['config', 'tmp']);
  });
});

describe('given a certificate, the gateway', () => {
  const secured = rendered(configWith({ gateway: { tls: { secretName: 'own', caSecretName: 'own-ca' } } }));

  it('is found at the port of HTTPS, and asked for its health there', () => {
    expect(find(secured, 'Service', 'gateway').spec.ports.map(({ name, port }) => [name, port])).toEqual([
      ['https', 443],
    ]);
    expect(containerOf(secured).readinessProbe.httpGet).toMatchObject({ scheme: 'HTTPS' });
    expect(gatewayUrl(configWith({ gateway: { tls: {} } }))).toBe('https://gateway.logging.svc:443');
  });

  it('reads certificate and key from the named Secret, and leaves them to nobody else', () => {
    expect(podOf(secured).spec.volumes).toContainEqual({
      name: 'certificate',
      secret: {
        secretName: 'own',
        defaultMode: 0o440,
        items: [
          { key: 'tls.crt', path: 'tls.crt' },
          { key: 'tls.key', path: 'tls.key' },
        ],
      },
    });
    expect(ofKind(secured, 'Certificate')).toEqual([]);
  });

  it('with an issuer has one made, and the agent’s namespace one for its CA', () => {
    const issued = rendered(configWith({ gateway: { tls: { clusterIssuer: 'cluster-ca' } } }));
    const certificates = ofKind(issued, 'Certificate').map(({ metadata, ...rest }) => ({
      namespace: metadata.namespace,
      spec: rest['spec'],
    }));
    expect(certificates).toEqual([
      {
        namespace: 'logging',
        spec: expect.objectContaining({
          secretName: 'gateway-tls',
          dnsNames: ['gateway.logging.svc', 'gateway.logging.svc.cluster.local'],
          usages: ['digital signature', 'server auth'],
        }) as object,
      },
      {
        namespace: 'logging-agents',
        spec: expect.objectContaining({
          secretName: 'gateway-ca',
          dnsNames: ['promtail.logging-agents.svc', 'promtail.logging-agents.svc.cluster.local'],
          usages: ['digital signature', 'client auth'],
        }) as object,
      },
    ]);
  });
});

describe('given every option, the gateway', () => {
  const everything = rendered(everythingConfig());

  it('keeps one of two pods through a drain, on different nodes', () => {
    expect(find(everything, 'Deployment').spec.replicas).toBe(2);
    expect(find(everything, 'PodDisruptionBudget').spec['maxUnavailable']).toBe(1);
    const two = rendered(configWith({ gateway: { replicas: 2 } }));
    expect(podOf(two).spec.topologySpreadConstraints).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname' },
      { topologyKey: 'topology.kubernetes.io/zone' },
    ]);
  });

  it('lets in either agent, Grafana, the canary and the configured clients, and to ports of their own the monitoring and the ingress controller', () => {
    const namespace = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });
    const component = (name: string) => ({
      matchLabels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'spywatcher-logs' },
    });
    const eitherAgent = {
      matchLabels: { 'app.kubernetes.io/part-of': 'spywatcher-logs' },
      matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['promtail', 'collector'] }],
    };
    expect(find(everything, 'NetworkPolicy').spec.ingress).toEqual([
      {
        from: [
          { namespaceSelector: namespace('watch-agents'), podSelector: eitherAgent },
          { namespaceSelector: namespace('watch'), podSelector: component('grafana') },
          { namespaceSelector: namespace('watch'), podSelector: component('canary') },
          { namespaceSelector: namespace('exports'), podSelector: { matchLabels: { app: 'exporter' } } },
          { ipBlock: { cidr: '198.51.100.32/28' } },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
      {
        from: [
          { namespaceSelector: namespace('telemetry') },
          { namespaceSelector: namespace('watch'), podSelector: component('prometheus') },
        ],
        ports: [{ protocol: 'TCP', port: 8081 }],
      },
      { from: [{ namespaceSelector: namespace('edge') }], ports: [{ protocol: 'TCP', port: 8083 }] },
    ]);
  });
});

test('given a client without labels, all pods of its namespace may come in', () => {
  const config = configWith({ network: { clients: [{ namespace: 'tools' }] } });
  expect(find(rendered(config), 'NetworkPolicy').spec.ingress?.[0]?.from?.[2]).toEqual({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tools' } },
  });
});
