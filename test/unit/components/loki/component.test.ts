import { Loki } from '../../../../src/components/loki';
import type { StackConfig } from '../../../../src/config';
import { configWith, everythingConfig, HA, S3 } from '../../../support/config';
import { containerOf, find, identify, ofKind, podOf, render, secretAt, yamlOf } from '../../../support/manifests';

/** What the gateway says of connections to a ring (test/unit/components/gateway/config.test.ts). */
const LONGEST_CONNECTION = 3;

const rendered = (props: StackConfig) => render((scope) => new Loki(scope, 'loki', props));
const single = rendered(configWith());
const ring = rendered(configWith(HA));
const serviceNames = (objects: typeof single) => ofKind(objects, 'Service').map(({ metadata }) => metadata.name);

describe('given a single Loki on its own volume', () => {
  it('has one pod, and no budget for disruptions that would block a drain', () => {
    expect(find(single, 'StatefulSet').spec.replicas).toBe(1);
    expect(ofKind(single, 'PodDisruptionBudget')).toEqual([]);
    expect(podOf(single).spec.topologySpreadConstraints).toBeUndefined();
  });

  it('talks to Alertmanager alone, whose name it looks up, and only the gateway may come in', () => {
    const { ingress, egress = [] } = find(single, 'NetworkPolicy').spec;
    expect(ingress).toHaveLength(1);
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53], [9093]]);
  });

  it('keeps data, config, temporary files and rules on a mount each, and writes to no other', () => {
    expect(containerOf(single).volumeMounts).toEqual([
      { name: 'data', mountPath: '/var/loki' },
      { name: 'config', mountPath: '/etc/loki', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'loki-rules-spywatcher', mountPath: '/etc/loki-rules/spywatcher', readOnly: true },
    ]);
  });

  it('is restarted by a path that answers during replay and ready by one that waits for it', () => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(single);
    expect(startupProbe).toMatchObject({ httpGet: { path: '/ready', port: 'http' }, failureThreshold: 900 });
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/ready', port: 'http' } });
    expect(livenessProbe).toMatchObject({ httpGet: { path: '/loki/api/v1/status/buildinfo', port: 'http' } });
  });

  it('has five minutes to flush', () => {
    expect(podOf(single).spec.terminationGracePeriodSeconds).toBe(300);
  });

  it('has no secret at all', () => {
    expect(containerOf(single).env?.map(({ name }) => name)).toEqual(['GOMEMLIMIT']);
  });
});

describe('given three replicas on S3', () => {
  it('keeps two of three pods through a drain and spreads them over nodes and zones', () => {
    expect(find(ring, 'PodDisruptionBudget').spec['maxUnavailable']).toBe(1);
    expect(podOf(ring).spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
  });

  it('finds its members through the headless Service before they are ready', () => {
    expect(find(ring, 'Service', 'loki-headless').spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
    expect(find(ring, 'StatefulSet').spec['serviceName']).toBe('loki-headless');
  });

  it('gives each pod a Service for its metrics at any time, and one for requests while it is ready', () => {
    const pods = ['loki-0', 'loki-1', 'loki-2'];
    expect(serviceNames(ring)).toEqual(['loki', 'loki-headless', ...pods, ...pods.map((pod) => `${pod}-metrics`)]);
    for (const [name, atAnyTime] of [
      ['loki-1', undefined],
      ['loki-1-metrics', true],
    ] as const)
      expect(find(ring, 'Service', name).spec).toMatchObject({
        selector: { 'statefulset.kubernetes.io/pod-name': 'loki-1' },
        ...(atAnyTime === undefined ? {} : { publishNotReadyAddresses: atAnyTime }),
      });
    expect(find(ring, 'Service', 'loki-1').spec).not.toHaveProperty('publishNotReadyAddresses');
  });

  it('has left the Services of requests long before it stops: its delay is longer than its probe and a connection take', () => {
    const { periodSeconds = 0, failureThreshold = 0 } = containerOf(ring).readinessProbe;
    const delay = Number.parseInt(String(yamlOf(ring, 'loki-config', 'config.yaml').at('shutdown_delay')));
    const propagation = 2;
    expect(periodSeconds * failureThreshold + propagation + LONGEST_CONNECTION).toBeLessThan(delay);
  });

  it('becomes ready beside a dead one, and forgets one that does not come back', () => {
    expect(yamlOf(ring, 'loki-config', 'config.yaml').at('ingester')).toMatchObject({
      lifecycler: { readiness_check_ring_health: false },
      autoforget_unhealthy: true,
    });
  });

  it('lets pods of the ring talk to each other on gRPC and memberlist alone', () => {
    const { ingress = [], egress = [] } = find(ring, 'NetworkPolicy').spec;
    const ports = [9095, 7946].map((port) => ({ protocol: 'TCP', port }));
    expect(ingress[1]?.ports).toEqual(ports);
    expect(egress[0]?.ports).toEqual(ports);
    expect(ingress[1]?.from).toEqual(egress[0]?.to);
  });

  it('reads the key of the bucket from a file', () => {
    const [{ name, value = '' } = { name: '' }, ...others] = containerOf(ring).env?.slice(1) ?? [];
    expect([name, others]).toEqual(['AWS_SHARED_CREDENTIALS_FILE', []]);
    expect(secretAt(ring, value)).toBe('loki-s3/credentials');
  });
});

describe('given three replicas that know zones', () => {
  const objects = rendered(configWith({ ...HA, deployment: { ...HA.deployment, zoneAware: true } }));

  it('tells each Loki the zone of its node', () => {
    expect(containerOf(objects).args).toContain('-common.storage.ring.instance-availability-zone=$(ZONE)');
    expect(containerOf(objects).env).toContainEqual({
      name: 'ZONE',
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } },
    });
    expect(yamlOf(objects, 'loki-config', 'config.yaml').at('common.ring.zone_awareness_enabled')).toBe(true);
  });

  it('has pods wait rather than share a zone that would leave a line’s copy without one', () => {
    expect(podOf(objects).spec.topologySpreadConstraints).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', minDomains: 3 },
    ]);
  });
});

describe('given a single Loki on S3', () => {
  const objects = rendered(configWith({ storage: S3, alertmanager: { type: 'none' } }));

  it('may reach the bucket’s addresses and name resolution, and nothing else', () => {
    const { egress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([[53, 53], [443]]);
    expect(egress[1]?.to).toEqual([{ ipBlock: { cidr: '52.219.0.0/16' } }]);
  });
});

describe('given every option', () => {
  const objects = rendered(everythingConfig());

  it('is in the configured namespace, all of it', () => {
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(objects.map(() => 'watch'));
  });

  it('has the configured pods, images, resources and volume', () => {
    const { spec } = find(objects, 'StatefulSet');
    expect(spec.replicas).toBe(6);
    expect(spec['persistentVolumeClaimRetentionPolicy']).toEqual({ whenDeleted: 'Delete', whenScaled: 'Retain' });
    expect(spec['volumeClaimTemplates']).toMatchObject([
      { spec: { storageClassName: 'fast', resources: { requests: { storage: '40Gi' } } } },
    ]);
    expect(containerOf(objects)).toMatchObject({
      image: 'registry.example.com/mirror/grafana/loki:3.7.7',
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '3', memory: '2Gi' } },
    });
  });

  it('allows the configured addresses', () => {
    const { egress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(egress).toContainEqual({
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'storage' } },
          podSelector: { matchLabels: { app: 'minio' } },
        },
      ],
      ports: [{ protocol: 'TCP', port: 9000 }],
    });
    // DNS pods, and DNS on the node, which has another port.
    expect(egress.map(({ to }) => to)).toEqual(
      expect.arrayContaining([
        [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'dns-system' } },
            podSelector: { matchLabels: { app: 'coredns' } },
          },
        ],
        [{ ipBlock: { cidr: '169.254.20.10/32' } }],
      ]),
    );
  });

  it('lists no object twice', () => {
    expect(new Set(objects.map(identify)).size).toBe(objects.length);
  });
});

test('given a volume that is kept, it outlives the StatefulSet', () => {
  expect(find(single, 'StatefulSet').spec['persistentVolumeClaimRetentionPolicy']).toEqual({
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
});
