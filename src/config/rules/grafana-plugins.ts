import { defaults } from '../defaults';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { BUILT_IN } from './grafana-datasources';
import { portOf, reachable } from './reachable';
import { problem, type Rule, when } from './rule';

type Downloads = Extract<NonNullable<StackConfig['grafana']['plugins']>, { readonly type: 'download' }>;

const PATH = ['grafana', 'plugins'] as const;

export const grafanaPluginRules: readonly Rule[] = [
  {
    reads: ['grafana.plugins'],
    check: ({ grafana: { plugins } }) => (plugins?.type === 'download' ? downloads(plugins) : []),
  },
  {
    reads: ['grafana.plugins', 'images'],
    check: ({ grafana: { plugins }, images }) =>
      when(
        plugins?.type === 'image' && images.grafana === defaults.images.grafana && images.registry === undefined,
        () =>
          problem(
            [...PATH, 'type'],
            'image',
            'with an image of your own: the default one holds no plugins',
            'set images.grafana, or write download',
          ),
      ),
  },
];

function downloads({ list, egress }: Downloads): readonly Problem[] {
  const ports = new Set(list.map(({ url = 'https://grafana.com' }) => portOf(url)));
  return [
    ...list.flatMap(({ id, url = '' }, index) => [
      ...when(list.findIndex((other) => other.id === id) < index, () =>
        problem([...PATH, 'list', index, 'id'], id, 'each plugin once', 'remove one of the two'),
      ),
      // Grafana cannot replace a built-in plugin, and would not start.
      ...when(BUILT_IN.includes(id), () =>
        problem([...PATH, 'list', index, 'id'], id, 'a plugin that Grafana does not have built in', 'remove it'),
      ),
      ...when(/[,@]/.test(url), () =>
        problem(
          [...PATH, 'list', index, 'url'],
          url,
          'a URL without , and @: in Grafana’s list of plugins these end an entry and a part of it',
          'write them as %2C and %40',
        ),
      ),
    ]),
    ...[...ports].flatMap((port) => reachable(PATH, { port, egress }, 'the downloads')),
  ];
}
