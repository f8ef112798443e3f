/** The agent's pod, where some namespaces have a tenant of their own. */
import { Collector } from '../../../../src/components/collector';
import { configWith } from '../../../support/config';
import { containerOf, podOf, render } from '../../../support/manifests';

const config = configWith({
  auth: {
    loki: {
      tenants: [
        { name: 'spywatcher', write: ['promtail'], read: ['grafana'] },
        { name: 'team', write: ['team-agent'], read: ['team'] },
      ],
    },
  },
  agent: { type: 'collector', tenants: [{ namespaces: ['team'], credential: 'team-agent' }] },
});

test('it reads the password of each tenant in a folder of its own', () => {
  const objects = render((scope) => new Collector(scope, 'collector', config));
  expect(podOf(objects).spec.volumes).toContainEqual({
    name: 'tenant-0',
    secret: {
      secretName: 'gateway-credential-team-agent',
      defaultMode: 0o440,
      items: [{ key: 'password', path: 'password' }],
    },
  });
  expect(containerOf(objects).volumeMounts).toContainEqual({
    name: 'tenant-0',
    mountPath: '/etc/collector-tenants/team-agent',
    readOnly: true,
  });
});
