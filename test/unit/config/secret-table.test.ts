import { credentialNames, type SecretSpec, secretTable } from '../../../src/config';
import { configWith, everythingConfig, S3 } from '../../support/config';

const brief = (specs: readonly SecretSpec[]) =>
  specs.map(({ name, namespace, readBy, keys }) => `${namespace}/${name} → ${readBy}: ${Object.keys(keys).join(', ')}`);

describe('the Secrets of a stack', () => {
  it('are those of Grafana, the gateway and each pod that holds a credential', () => {
    expect(brief(secretTable(configWith()))).toEqual([
      'logging/grafana-admin → grafana: password, secretKey',
      'logging/gateway-users → gateway: write, read',
      'logging-agents/gateway-credential-promtail → promtail: password',
      'logging/gateway-credential-grafana → grafana: password',
    ]);
  });

  it('without auth are Grafana’s alone', () => {
    expect(brief(secretTable(configWith({ auth: { loki: { enabled: false } } })))).toEqual([
      'logging/grafana-admin → grafana: password, secretKey',
    ]);
  });

  it('with S3 include the keys of the bucket', () => {
    expect(brief(secretTable(configWith({ storage: S3 })))).toContain(
      'logging/loki-s3 → loki: accessKeyId, secretAccessKey',
    );
  });

  it('have the configured names and namespaces', () => {
    expect(brief(secretTable(everythingConfig()))).toEqual([
      'watch/watch-admin → grafana: password, secretKey',
      'watch/gateway-users → gateway: write, read',
      'watch-agents/gateway-credential-shipper → promtail: password',
      'watch/gateway-credential-viewer → grafana: password',
      'watch/watch-bucket → loki: accessKeyId, secretAccessKey',
    ]);
  });
});

test('the credentials are listed write before read, in the order of the config', () => {
  expect(credentialNames(everythingConfig())).toEqual(['shipper', 'audit-shipper', 'viewer', 'auditor']);
});
