import { Promtail } from '../../../../src/components/promtail';
import type { StackConfig } from '../../../../src/config';
import { configWith, everythingConfig } from '../../../support/config';
import { containerOf, fileOf, podOf, render, yamlOf } from '../../../support/manifests';

const rendered = (props: StackConfig) => render((scope) => new Promtail(scope, 'promtail', props));
const objects = rendered(configWith());
const client = (from: typeof objects) => yamlOf(from, 'promtail-config', 'config.yaml').at('clients.0');

describe('given a stack, Promtail', () => {
  it('keeps its positions in the folder of the node', () => {
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'positions', mountPath: '/run/promtail' });
    expect(yamlOf(objects, 'promtail-config', 'config.yaml').at('positions.filename')).toBe(
      '/run/promtail/positions.yaml',
    );
  });

  it('asks for the pods of its node, whose name it knows by the variable that discovery reads', () => {
    expect(containerOf(objects).env?.[0]?.name).toBe('HOSTNAME');
  });

  it('pushes to the gateway with its credential, whose password is a file', () => {
    expect(client(objects)).toMatchObject({
      url: 'http://gateway.logging.svc:80/loki/api/v1/push',
      batchwait: '1s',
      batchsize: 2 ** 20,
      basic_auth: { username: 'promtail', password_file: '/etc/promtail-credential/password' },
    });
  });

  it('keeps trying for ever while Loki is away, and for five minutes when it is ended meanwhile', () => {
    expect(client(objects)).toMatchObject({ backoff_config: { max_period: '30s', max_retries: 0 } });
    expect(podOf(objects).spec.terminationGracePeriodSeconds).toBe(300);
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
});

describe('given a gateway that asks for no credential, Promtail', () => {
  it('has none', () => {
    expect(client(rendered(configWith({ auth: { loki: { enabled: false } } })))).not.toHaveProperty('basic_auth');
  });
});

describe('given every option, Promtail', () => {
  const everything = rendered(everythingConfig());

  it('has the configured credential and batches', () => {
    expect(client(everything)).toMatchObject({
      url: 'https://gateway.watch.svc:443/loki/api/v1/push',
      batchwait: '2s',
      batchsize: 512 * 2 ** 10,
      basic_auth: { username: 'shipper' },
    });
  });

  it('leaves the excluded namespaces out', () => {
    expect(fileOf(everything, 'promtail-config', 'config.yaml')).toContain('regex: kube-.*|noise');
  });
});

describe('given a gateway with a certificate, Promtail', () => {
  it('pushes over TLS, and checks it by the CA that it is given', () => {
    expect(client(rendered(configWith({ gateway: { tls: {} } })))).toMatchObject({
      url: 'https://gateway.logging.svc:443/loki/api/v1/push',
      tls_config: { ca_file: '/etc/promtail-gateway-ca/ca.crt' },
    });
  });
});
