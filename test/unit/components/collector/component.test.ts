import { parse } from 'yaml';
import { Collector } from '../../../../src/components/collector';
import { collectorConfig } from '../../../../src/components/collector/config';
import { configWith } from '../../../support/config';
import { containerOf, fileOf, podOf, render, yamlOf } from '../../../support/manifests';

const objects = render((scope) => new Collector(scope, 'collector', configWith({ agent: { type: 'collector' } })));

describe('given a stack, the Collector', () => {
  it('keeps offsets and queue in the folder of the node', () => {
    expect(containerOf(objects).volumeMounts).toContainEqual({ name: 'positions', mountPath: '/var/lib/collector' });
    expect(yamlOf(objects, 'collector-config', 'config.yaml').at('extensions.file_storage.directory')).toBe(
      '/var/lib/collector',
    );
  });

  it('reads the config of its ConfigMap, and knows the name of its node', () => {
    expect(containerOf(objects)).toMatchObject({
      image: 'docker.io/otel/opentelemetry-collector-contrib:0.149.0',
      args: ['--config=/etc/collector/config.yaml', '--feature-gates=stanza.synchronousLogEmitter'],
    });
    expect(containerOf(objects).env?.[0]?.name).toBe('NODE_NAME');
  });

  it('is ready by what its health extension says, and restarted when that does not listen', () => {
    const { readinessProbe, livenessProbe, ports } = containerOf(objects);
    expect(readinessProbe.httpGet).toEqual({ path: '/', port: 'health' });
    expect(livenessProbe).toMatchObject({ tcpSocket: { port: 'health' }, initialDelaySeconds: 60 });
    expect(ports).toContainEqual({ name: 'health', containerPort: 13_133, protocol: 'TCP' });
    expect(yamlOf(objects, 'collector-config', 'config.yaml').at('extensions.health_check.endpoint')).toBe(
      '0.0.0.0:13133',
    );
  });

  it('has a config file that says what the config is, with equal parts written once', () => {
    const text = fileOf(objects, 'collector-config', 'config.yaml');
    expect(parse(text)).toEqual(collectorConfig(configWith({ agent: { type: 'collector' } })));
    const lines = text.split('\n').filter((line) => line.length > 1000);
    expect(new Set(lines).size).toBeGreaterThan(20);
    expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(240_000);
  });

  it('does not wait for Loki when it is ended', () => {
    expect(podOf(objects).spec.terminationGracePeriodSeconds).toBe(60);
  });

  it('has what its further destinations ask for as files, and may reach them', () => {
    const sending = render(
      (scope) =>
        new Collector(
          scope,
          'collector',
          configWith({
            agent: {
              type: 'collector',
              also: [
                {
                  name: 'archive',
                  url: 'https://otlp.example.com',
                  user: 'watch',
                  privateCa: true,
                  egress: [{ cidr: '203.0.113.22/32', port: 443 }],
                },
              ],
            },
          }),
        ),
    );
    expect(podOf(sending).spec.volumes).toContainEqual({
      name: 'also',
      secret: {
        secretName: 'agent-also',
        defaultMode: 0o440,
        items: ['archive_password', 'archive_ca.crt'].map((key) => ({ key, path: key })),
      },
    });
    expect(containerOf(sending).volumeMounts).toContainEqual({
      name: 'also',
      mountPath: '/etc/collector-also',
      readOnly: true,
    });
    expect(JSON.stringify(sending)).toContain(JSON.stringify({ ipBlock: { cidr: '203.0.113.22/32' } }));
    expect(JSON.stringify(objects)).not.toContain('agent-also');
  });

  it('keeps no more on the node than the queue may take', () => {
    const sized = render(
      (scope) => new Collector(scope, 'collector', configWith({ agent: { type: 'collector', queueSize: '100Mi' } })),
    );
    expect(
      yamlOf(sized, 'collector-config', 'config.yaml').at('exporters.otlp_http/loki.sending_queue.queue_size'),
    ).toBe(100 * 2 ** 20);
  });
});
