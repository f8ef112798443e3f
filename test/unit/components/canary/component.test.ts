import { Canary, canaryArguments, type CanaryProps } from '../../../../src/components/canary';
import type { StackConfig, StackConfigInput } from '../../../../src/config';
import { CANARY, configWith, everythingConfig } from '../../../support/config';
import { containerOf, fileOf, find, ofKind, podOf, render } from '../../../support/manifests';

function propsOf(config: StackConfig): CanaryProps {
  const { canary } = config;
  if (canary === undefined) throw new Error('The stack has no canary.');
  return { ...config, canary };
}
const rendered = (config: StackConfig) => render((scope) => new Canary(scope, 'canary', propsOf(config)));
const withOptions = (others: Partial<StackConfigInput> = {}) => rendered(configWith({ ...CANARY, ...others }));
const proxyOf = (objects: ReturnType<typeof rendered>) => fileOf(objects, 'canary-config', 'nginx.conf');

describe('given a stack with credentials, the canary', () => {
  const objects = withOptions();

  it('is one, and never two at a time', () => {
    expect(find(objects, 'Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  });

  it('has its password in no argument and no variable: the nginx beside it reads it from a file', () => {
    const [canary, proxy] = podOf(objects).spec.containers;
    expect(JSON.stringify([canary.args, canary.env, proxy?.env])).not.toMatch(/pass|user|secret/i);
    expect(canary.volumeMounts).toBeUndefined();
    expect(podOf(objects).spec.volumes).toContainEqual(
      expect.objectContaining({
        name: 'authorization',
        secret: expect.objectContaining({ secretName: 'gateway-credential-canary' }) as object,
      }),
    );
    expect(proxyOf(objects)).toContain('include /etc/nginx/authorization/authorization.conf;');
  });

  it('asks on the loopback address alone, where whoever gets there has the credential', () => {
    expect(proxyOf(objects)).toContain('listen 127.0.0.1:3101;');
    expect(containerOf(objects).args).toContain('-addr=127.0.0.1:3101');
  });

  it('goes to the gateway and the cluster’s DNS; only its metrics are asked for', () => {
    const { ingress = [], egress = [] } = find(objects, 'NetworkPolicy').spec;
    expect(ingress.map(({ ports }) => ports)).toEqual([[{ port: 3500, protocol: 'TCP' }]]);
    expect(egress).toHaveLength(2);
    expect(egress[0]?.to?.[0]?.podSelector?.matchLabels).toMatchObject({ 'app.kubernetes.io/name': 'gateway' });
  });

  it('has a Service for its metrics, and not for the port at which it could be suspended', () => {
    expect(ofKind(objects, 'Service').map(({ spec }) => spec)).toMatchObject([{ ports: [{ port: 3500 }] }]);
    expect(proxyOf(objects)).toContain('proxy_pass http://127.0.0.1:3501/metrics;');
  });
});

describe('given a gateway with TLS, the canary', () => {
  const objects = withOptions({ gateway: { tls: {} } });

  it('checks its certificate, and has the CA’s, and no key', () => {
    expect(proxyOf(objects)).toContain('proxy_ssl_verify on;');
    expect(proxyOf(objects)).toContain('proxy_ssl_name gateway.logging.svc;');
    expect(podOf(objects).spec.volumes).toContainEqual(
      expect.objectContaining({
        name: 'gateway-ca',
        secret: expect.objectContaining({ items: [{ key: 'ca.crt', path: 'ca.crt' }] }) as object,
      }),
    );
  });
});

describe('given a stack without credentials, the canary', () => {
  const objects = withOptions({ auth: { loki: { enabled: false } } });

  it('sends none, and mounts none', () => {
    expect(proxyOf(objects)).not.toContain('authorization');
    expect(JSON.stringify(podOf(objects).spec.volumes)).not.toContain('secret');
  });
});

describe('given every option, the canary', () => {
  const config = everythingConfig();
  const objects = rendered(config);

  it('is in the configured namespace, and finds its lines by it', () => {
    for (const { metadata } of objects) expect(metadata.namespace).toBe('watch');
    expect(canaryArguments(propsOf(config))).toContain('-labelvalue=watch');
  });

  it('writes as often as it is told', () => {
    expect(propsOf(config).canary.interval).not.toEqual(propsOf(configWith(CANARY)).canary.interval);
    const interval = containerOf(objects).args?.find((arg) => arg.startsWith('-interval='));
    expect(interval).not.toBe(containerOf(withOptions()).args?.find((arg) => arg.startsWith('-interval=')));
  });

  it('has the configured image, and its memory', () => {
    expect(containerOf(objects).image).toBe('registry.example.com/mirror/grafana/loki-canary:3.7.7');
    expect(containerOf(objects).resources).toMatchObject({ limits: { memory: '96Mi' } });
  });
});
