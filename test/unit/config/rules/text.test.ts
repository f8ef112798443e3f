/** What no text of a config may hold, whatever else is asked of it. */
import { configWith } from '../../../support/config';
import { testRules } from './rows';

const ingress = (annotation: string) => ({ grafana: { ingress: { annotations: { note: annotation } } } });

testRules(
  ['\u0000', '\u0007', '\u007F', '\uD800', '\uFFFF', '\uFEFF'].map((character) => ({
    rule: 'text without control characters and half characters: manifests are YAML, which has none',
    broken: ingress(`a${character}b`),
    path: 'grafana.ingress.annotations.note',
    received: JSON.stringify(`a${character}b`),
    remedy: 'remove it from grafana.ingress.annotations.note',
    kept: ingress('a\nb\té 日本 😀'),
  })),
);

test('annotations have 250 KiB in all: Kubernetes takes 256, and the stack has some of its own', () => {
  const half = 'a'.repeat(125 * 2 ** 10);
  const [first, second] = [half.slice(2), half.slice(2)];
  const annotations = { aa: first, bb: second };
  expect(() => configWith({ grafana: { ingress: { annotations } } })).not.toThrow();
  expect(() => configWith({ grafana: { ingress: { annotations: { ...annotations, bb: half } } } })).toThrow(
    /grafana\.ingress\.annotations[^]*annotations of at most 256 KiB in all/,
  );
});
