/** The CAs of `network.caBundle` reach programs that check certificates, beside the public ones. */
import type { StackConfigInput } from '../../../../src/config';
import { ANOTHER_CA, CA } from '../../../support/certificates';
import { CANARY, configWith, HA } from '../../../support/config';
import { find, type Manifest, ofKind, renderStack, workloads } from '../../../support/manifests';

type Bundle = NonNullable<NonNullable<StackConfigInput['network']>['caBundle']>;
const rendered = (caBundle?: Bundle): readonly Manifest[] =>
  renderStack(
    configWith({
      ...HA,
      ...CANARY,
      agent: { type: 'collector' },
      monitoring: { type: 'embedded' },
      ...(caBundle === undefined ? {} : { network: { caBundle } }),
    }),
  );
const READERS = ['alertmanager', 'collector', 'compactor', 'grafana', 'loki', 'prometheus'];
const own = rendered({ type: 'certificates', certificates: CA });
const shared = rendered({ type: 'configMap', name: 'corporate-cas', key: 'root.pem' });

test.each([
  ['own', own],
  ['shared', shared],
])('%s CAs are in a folder that Go reads beside the public ones, of these programs alone', (_, objects) => {
  const trusting = workloads(objects).filter(({ spec }) => JSON.stringify(spec).includes('trusted-ca'));
  expect(trusting.map(({ metadata }) => metadata.name).sort()).toEqual(READERS);
  for (const { spec } of trusting) {
    const [main, ...beside] = spec.template.spec.containers;
    expect(main.volumeMounts).toContainEqual({ name: 'trusted-ca', mountPath: '/etc/trusted-ca', readOnly: true });
    const value = '/etc/ssl/certs:/etc/pki/tls/certs:/etc/trusted-ca';
    expect(main.env).toContainEqual({ name: 'SSL_CERT_DIR', value });
    expect(JSON.stringify(beside)).not.toContain('trusted-ca');
  }
});

test('certificates of the stack file are in a ConfigMap of each program, which starts anew with others', () => {
  const hash = (objects: readonly Manifest[], name: string) =>
    workloads(objects).find(({ metadata }) => metadata.name === name)?.spec.template.metadata.annotations[
      'spywatcher-logs/config-hash'
    ];
  const other = rendered({ type: 'certificates', certificates: `${CA}${ANOTHER_CA}` });
  for (const name of READERS) {
    expect(find(own, 'ConfigMap', `${name}-trusted-ca`).data).toEqual({ 'ca.crt': CA });
    expect(hash(other, name)).not.toBe(hash(own, name));
  }
  expect(hash(other, 'gateway')).toBe(hash(own, 'gateway'));
});

test('a ConfigMap that exists is mounted by its key, and none is made', () => {
  const volumes = workloads(shared).flatMap(({ spec }) => spec.template.spec.volumes);
  expect(volumes.filter(({ name }) => name === 'trusted-ca')).toEqual(
    READERS.map(() => ({
      name: 'trusted-ca',
      configMap: { name: 'corporate-cas', items: [{ key: 'root.pem', path: 'ca.crt' }] },
    })),
  );
  expect(ofKind(shared, 'ConfigMap').filter(({ metadata }) => metadata.name.includes('trusted'))).toEqual([]);
});

test('without one, programs have Go’s own list', () => {
  expect(JSON.stringify(rendered())).not.toMatch(/SSL_CERT_DIR|trusted-ca/);
});
