/** Whatever selects pods selects the right ones, and names ports that they have. */
import { AGENTS } from '../../../../src/components/kit/identity';
import {
  find,
  isSelected,
  type Labels,
  type Manifest,
  ofKind,
  renderStack,
  selects,
  type Selector,
  workloads,
} from '../../../support/manifests';
import { everyStack } from '../../../support/every-stack';
import { type Peer, readPolicies } from '../../../support/policies';

interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly ports: ReadonlyMap<string, number>;
}

/** The pods of the workloads, each of a StatefulSet's with the label that its controller adds. */
function podsOf(objects: readonly Manifest[]): readonly Pod[] {
  return workloads(objects).flatMap(({ kind, metadata: { name, namespace = '' }, spec: { template, replicas } }) => {
    const ports = new Map(
      template.spec.containers.flatMap(({ ports: own }) => own.map((port) => [port.name, port.containerPort])),
    );
    const { labels } = template.metadata;
    if (kind !== 'StatefulSet') return [{ name, namespace, labels, ports }];
    // One without pods for a while can get one.
    return Array.from({ length: Math.max(replicas, 1) }, (_, index) => {
      const pod = `${name}-${index}`;
      return { name: pod, namespace, labels: { ...labels, 'statefulset.kubernetes.io/pod-name': pod }, ports };
    });
  });
}

/** A Service, and the name or number of one of its ports. */
interface Backend {
  readonly name: string;
  readonly port: string | number;
}

interface IngressRule {
  readonly http: {
    readonly paths: readonly {
      readonly backend: { readonly service: { readonly name: string; readonly port: { readonly name: string } } };
    }[];
  };
}

interface RouteRule {
  readonly backendRefs?: readonly Backend[];
}

/** Where an Ingress or an HTTPRoute leads. */
function backendsOf({ kind, spec }: Manifest): readonly Backend[] {
  if (kind === 'HTTPRoute')
    return (spec['rules'] as readonly RouteRule[]).flatMap(({ backendRefs = [] }) => backendRefs);
  return (spec['rules'] as readonly IngressRule[]).flatMap(({ http }) =>
    http.paths.map(({ backend: { service } }) => ({ name: service.name, port: service.port.name })),
  );
}

const selectedIn = (pods: readonly Pod[], namespace: string | undefined, selector: Selector): readonly Pod[] =>
  pods.filter((pod) => pod.namespace === namespace && isSelected(selector, pod.labels));

/** Name of the policy for a pod. Agents share one. */
function policyOf(labels: Labels): string {
  const name = labels['app.kubernetes.io/name'] ?? '';
  return name in AGENTS ? 'agent' : name;
}

describe.each(everyStack().map(({ name, config }) => [name, renderStack(config)] as const))(
  'stack %s',
  (_, objects) => {
    const pods = podsOf(objects);
    const policies = readPolicies(objects);

    it('selects with each workload its own pods, by labels without a version', () => {
      for (const { metadata, spec } of workloads(objects)) {
        expect(spec.selector.matchLabels).toEqual({
          'app.kubernetes.io/name': metadata.name,
          'app.kubernetes.io/part-of': 'spywatcher-logs',
        });
        expect(selects(spec.selector.matchLabels ?? {}, spec.template.metadata.labels)).toBe(true);
      }
    });

    it('selects with each Service pods of one workload, on ports that they have', () => {
      for (const { metadata, spec } of ofKind(objects, 'Service')) {
        const selected = selectedIn(pods, metadata.namespace, { matchLabels: spec.selector });
        const [component] = metadata.name.split('-');
        expect(selected.length).toBeGreaterThan(0);
        expect(new Set(selected.map(({ labels }) => labels['app.kubernetes.io/name']))).toEqual(new Set([component]));
        for (const { targetPort } of spec.ports)
          for (const { ports } of selected) expect([...ports.keys()]).toContain(targetPort);
      }
    });

    it('selects with the Services of one pod that pod alone', () => {
      for (const { metadata, spec } of ofKind(objects, 'Service').filter(({ metadata: { name } }) =>
        /-\d+(?:-metrics)?$/.test(name),
      ))
        expect(selectedIn(pods, metadata.namespace, { matchLabels: spec.selector }).map(({ name }) => name)).toEqual([
          metadata.name.replace('-metrics', ''),
        ]);
    });

    it('has for each StatefulSet the headless Service that names its pods', () => {
      for (const { metadata, spec } of ofKind(objects, 'StatefulSet')) {
        const service = find(objects, 'Service', String(spec['serviceName']));
        expect(service.metadata.namespace).toBe(metadata.namespace);
        expect(service.spec['clusterIP']).toBe('None');
        expect(selects(service.spec.selector, spec.template.metadata.labels)).toBe(true);
      }
    });

    it('leads people to a port that a Service of the same namespace has', () => {
      for (const entrance of objects.filter(({ kind }) => ['Ingress', 'HTTPRoute'].includes(kind))) {
        expect(backendsOf(entrance)).not.toEqual([]);
        for (const { name, port } of backendsOf(entrance)) {
          const service = find(objects, 'Service', name);
          expect(service.metadata.namespace).toBe(entrance.metadata.namespace);
          expect(service.spec.ports.flatMap((open): readonly unknown[] => [open.name, open.port])).toContain(port);
        }
      }
    });

    it('selects with each disruption budget the pods of one workload', () => {
      for (const { metadata, spec } of ofKind(objects, 'PodDisruptionBudget'))
        expect(spec.selector.matchLabels).toEqual(
          workloads(objects).find((workload) => workload.metadata.name === metadata.name)?.spec.selector.matchLabels,
        );
    });

    it('has for each pod one policy of its own, for both directions, beside the default', () => {
      const others = policies.filter(({ name }) => name !== 'default-deny');
      for (const { namespace, labels } of pods) {
        const own = others.filter((policy) => policy.namespace === namespace && isSelected(policy.pods, labels));
        expect(own.map(({ name }) => name)).toEqual([policyOf(labels)]);
        expect(own[0]?.closes).toEqual(['Ingress', 'Egress']);
      }
    });

    it('opens in each pod only ports that it listens on', () => {
      for (const policy of policies)
        for (const pod of selectedIn(pods, policy.namespace, policy.pods))
          for (const { ports } of policy.ingress)
            expect([...pod.ports.values()]).toEqual(expect.arrayContaining([...ports]));
    });

    it('lets no pod go out to a pod of the stack that does not let it in', () => {
      const selected = (peer: Peer) => selectedIn(pods, peer.namespace, peer.pods);
      for (const policy of policies) {
        const [source] = selectedIn(pods, policy.namespace, policy.pods);
        for (const { peers, ports } of policy.egress)
          for (const target of peers.flatMap(selected)) {
            const ingress = policies
              .filter(({ namespace, name }) => namespace === target.namespace && name === policyOf(target.labels))
              .flatMap((own) => own.ingress);
            for (const port of ports)
              expect(
                ingress.some(
                  (rule) =>
                    rule.ports.includes(port) && rule.peers.flatMap(selected).some(({ name }) => name === source?.name),
                ),
              ).toBe(true);
          }
      }
    });

    it('opens nothing to everyone: every rule names peers and ports', () => {
      for (const { ingress, egress } of policies)
        for (const { peers, ports } of [...ingress, ...egress]) {
          expect(peers.length).toBeGreaterThan(0);
          expect(ports.length).toBeGreaterThan(0);
          for (const { cidr, entity, namespace } of peers) {
            expect(cidr ?? entity ?? namespace).toMatch(/./);
            expect([cidr, entity]).not.toContain('0.0.0.0/0');
            expect(['all', 'world', 'cluster']).not.toContain(entity);
          }
        }
    });
  },
);

test('together, the stacks have all that is looked at above', () => {
  const objects = everyStack().flatMap(({ config }) => renderStack(config));
  const kinds = new Set(objects.map(({ kind }) => kind));
  for (const kind of [
    'StatefulSet',
    'Service',
    'Ingress',
    'HTTPRoute',
    'PodDisruptionBudget',
    'NetworkPolicy',
    'CiliumNetworkPolicy',
  ])
    expect(kinds).toContain(kind);
  expect(ofKind(objects, 'Service').map(({ metadata }) => metadata.name)).toEqual(
    expect.arrayContaining(['loki-1', 'loki-1-metrics']),
  );
});
