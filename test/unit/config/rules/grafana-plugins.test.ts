import { refusals } from '../../../support/config';
import { EGRESS, type Input, testRules } from './rows';

type Plugin = { readonly id: string; readonly version: string; readonly url?: string };

const APP = { id: 'grafana-lokiexplore-app', version: '1.0.41' };
const download = (...list: Plugin[]): Input => ({ grafana: { plugins: { type: 'download', list, egress: EGRESS } } });
const IN_IMAGE: Input = { grafana: { plugins: { type: 'image', directory: '/opt/plugins' } } };

testRules([
  {
    rule: 'each plugin once',
    broken: download(APP, { ...APP, version: '1.0.40' }),
    path: 'grafana.plugins.list[1].id',
    received: '"grafana-lokiexplore-app"',
    remedy: 'remove one of the two',
    kept: download(APP, { id: 'grafana-clock-panel', version: '2.1.8' }),
  },
  {
    rule: 'a plugin that Grafana does not have built in',
    broken: download({ id: 'loki', version: '13.0.0' }),
    path: 'grafana.plugins.list[0].id',
    received: '"loki"',
    remedy: 'remove it',
    kept: download(APP),
  },
  {
    rule: 'a URL without , and @: in Grafana’s list of plugins these end an entry and a part of it',
    broken: download({ ...APP, url: 'https://mirror.example.com/app@1.0.41.zip' }),
    path: 'grafana.plugins.list[0].url',
    received: '"https://mirror.example.com/app@1.0.41.zip"',
    remedy: 'write them as %2C and %40',
    kept: download({ ...APP, url: 'https://mirror.example.com/app%401.0.41.zip' }),
  },
  {
    rule: 'an entry with port 8443, that of the downloads',
    broken: download({ ...APP, url: 'https://mirror.example.com:8443/app.zip' }),
    path: 'grafana.plugins.egress',
    received: '[443]',
    remedy: 'add { cidr: …, port: 8443 }',
    kept: download({ ...APP, url: 'https://mirror.example.com/app.zip' }),
  },
  {
    rule: 'with an image of your own: the default one holds no plugins',
    broken: IN_IMAGE,
    path: 'grafana.plugins.type',
    received: '"image"',
    remedy: 'set images.grafana, or write download',
    kept: { ...IN_IMAGE, images: { grafana: 'registry.example.com/grafana-with-plugins:12.4.10' } },
  },
]);

test('a mirror may have an image with plugins under the name of the default one', () => {
  expect(refusals({ ...IN_IMAGE, images: { registry: 'registry.example.com/mirror' } })).toEqual([]);
});

test('an image with plugins may have any datasource', () => {
  const type = 'grafana-clickhouse-datasource';
  const others = [{ name: 'Orders', uid: 'orders', type, url: 'db.example.com:443', egress: EGRESS }];
  const input = { grafana: { ...IN_IMAGE.grafana, datasources: { others } } };
  expect(refusals({ ...input, images: { grafana: 'registry.example.com/grafana-with-plugins:12.4.10' } })).toEqual([]);
});
