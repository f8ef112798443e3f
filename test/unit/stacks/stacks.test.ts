/** Each stack of the repo as a whole. Its objects, field by field, are in dist/: see synth.test.ts. */
import { join } from 'node:path';
import { stackNames } from '../../../charts/main';
import { loadStackConfig, parseStackConfig } from '../../../src/config';
import { everything, everythingConfig } from '../../support/config';
import { identify, type Labels, leaves, ofKind, renderStack, workloads } from '../../support/manifests';

const ROOT = join(__dirname, '..', '..', '..');

describe.each(stackNames(ROOT))('given stack %s', (stack) => {
  const config = loadStackConfig(ROOT, stack);
  const objects = renderStack(config);

  it('has its namespaces before what is in them', () => {
    const namespaces = ofKind(objects, 'Namespace').map(({ metadata }) => metadata.name);
    expect(namespaces).toEqual(['logging', 'logging-agents']);
    for (const name of namespaces)
      expect(objects.findIndex(({ metadata }) => metadata.namespace === name)).toBeGreaterThan(
        objects.findIndex(({ kind, metadata }) => kind === 'Namespace' && metadata.name === name),
      );
  });

  it('is the same when it is rendered again', () => {
    expect(JSON.stringify(renderStack(config))).toBe(JSON.stringify(objects));
  });

  it('has no object twice', () => {
    expect(new Set(objects.map(identify)).size).toBe(objects.length);
  });

  it('has only namespaced objects in its two namespaces, and what has none is meant to', () => {
    const clusterWide = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];
    for (const object of objects)
      expect([identify(object), object.metadata.namespace]).toEqual([
        identify(object),
        clusterWide.includes(object.kind) ? undefined : (expect.stringMatching(/^logging(-agents)?$/) as string),
      ]);
  });

  it('labels every object of a component with its name, its part and who manages it', () => {
    const owned = objects.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.name !== 'default-deny');
    for (const { metadata } of owned)
      expect(metadata.labels).toEqual({
        'app.kubernetes.io/name': expect.stringMatching(
          /^(loki|compactor|gateway|promtail|collector|grafana|alertmanager|prometheus|canary)$/,
        ) as string,
        'app.kubernetes.io/part-of': 'spywatcher-logs',
        'app.kubernetes.io/managed-by': 'spywatcher-logs',
      });
  });

  it('selects by labels that no release changes', () => {
    const selectors: readonly Labels[] = [
      ...ofKind(objects, 'Service').map(({ spec }) => spec.selector as Labels),
      ...[...workloads(objects), ...ofKind(objects, 'PodDisruptionBudget')].map(
        ({ spec }) => spec.selector.matchLabels ?? {},
      ),
    ];
    const keys = new Set(selectors.flatMap((labels) => Object.keys(labels)));
    expect([...keys].sort()).toEqual([
      'app.kubernetes.io/name',
      'app.kubernetes.io/part-of',
      'statefulset.kubernetes.io/pod-name',
    ]);
  });

  it('holds no text that an Output or an object became, and nothing undefined', () => {
    for (const [path, value] of leaves(objects))
      expect([path.join('.'), String(value)]).toEqual([
        path.join('.'),
        // In the agent's expressions, undefined is a word among others, which is no secret.
        expect.not.stringMatching(/Calling \[toString\]|\[object Object\]|\bundefined\b(?!\|null\|nil)|\bNaN\b/),
      ]);
  });

  it('holds no object that is too large for the copy of itself that `kubectl apply` keeps in an annotation', () => {
    const sizes = objects.map((object) => [object.metadata.name, JSON.stringify(object).length] as const);
    expect(sizes.filter(([, size]) => size > 250_000)).toEqual([]);
  });

  it('holds no Secret: only names of them', () => {
    expect(ofKind(objects, 'Secret')).toEqual([]);
  });
});

test('given two stacks with other namespaces, they share no name in a cluster', () => {
  const names = renderStack(everythingConfig()).map(identify);
  const namespaces = { logging: 'other', agents: 'other-agents' };
  // Patches name the namespaces of their objects.
  const other = { ...structuredClone(everything), namespaces, patches: [] };
  const others = renderStack(parseStackConfig('test', other)).map(identify);
  expect(others).toHaveLength(names.length);
  expect(names.filter((name) => others.includes(name))).toEqual([]);
});
