import { parse } from 'yaml';
import { reachableDatasources } from '../../../../local/pictures/grafana';
import { configFile, stack } from '../../../../programs/rendered-stack';

interface Datasources {
  readonly datasources: readonly { readonly uid: string; readonly url: string }[];
}

const dev = stack('dev');
const ADDRESSES: Readonly<Record<string, string>> = {
  gateway: '10.214.32.1',
  prometheus: '10.214.32.2',
  alertmanager: '10.214.32.3',
};

describe('given the datasources of a stack', () => {
  const addressed = parse(reachableDatasources(dev, (service) => ADDRESSES[service] ?? 'unknown')) as Datasources;
  const provisioned = parse(configFile(dev, 'grafana-provisioning', 'datasources.yaml')) as Datasources;

  it('has an address in place of the name of each Service, and the port as it was', () => {
    expect(addressed.datasources.map(({ uid, url }) => [uid, url])).toEqual([
      ['loki', 'http://10.214.32.1:80'],
      ['prometheus', 'http://10.214.32.2:9090'],
      ['alertmanager', 'http://10.214.32.3:9093'],
    ]);
  });

  it('changes nothing else', () => {
    const withoutUrl = ({ datasources, ...file }: Datasources): unknown => ({
      ...file,
      datasources: datasources.map((datasource) => ({ ...datasource, url: '' })),
    });
    expect(withoutUrl(addressed)).toEqual(withoutUrl(provisioned));
  });
});
