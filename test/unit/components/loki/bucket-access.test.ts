/** How Loki and its compactor get at their bucket: environment, ServiceAccount and NetworkPolicy of both. */
import { Compactor, Loki } from '../../../../src/components/loki';
import type { StackConfigInput } from '../../../../src/config';
import { configWith, HA, S3 } from '../../../support/config';
import { containerOf, find, render } from '../../../support/manifests';

type Access = Extract<NonNullable<StackConfigInput['storage']>, { readonly type: 's3' }>['access'];

/** What each of the two pods has of its access to the bucket. */
function accessOf(access: Access) {
  const config = configWith({ ...HA, storage: { ...S3, access } });
  return [
    render((scope) => new Loki(scope, 'loki', config)),
    render((scope) => new Compactor(scope, 'compactor', config)),
  ].map((objects) => {
    const addresses = (find(objects, 'NetworkPolicy').spec.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      to.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [`${ipBlock.cidr}:${String(ports[0]?.port)}`])),
    );
    return {
      env: (containerOf(objects).env ?? []).map(({ name }) => name).filter((name) => name.startsWith('AWS')),
      annotations: find(objects, 'ServiceAccount').metadata.annotations,
      addresses,
    };
  });
}

const BUCKET = '52.219.0.0/16:443';
const both = <T>(expected: T): readonly T[] => [expected, expected];

test('given nothing else, Loki and its compactor have a Secret’s key, and reach the bucket alone', () => {
  const env = ['AWS_SHARED_CREDENTIALS_FILE'];
  expect(accessOf({ type: 'secret' })).toEqual(both({ env, annotations: undefined, addresses: [BUCKET] }));
});

test('given a role, their ServiceAccounts are annotated with it, no key is there, and STS is reached as well', () => {
  const roleArn = 'arn:aws:iam::123456789012:role/loki';
  const access = { type: 'serviceAccount', roleArn, egress: [{ cidr: '10.20.0.9/32', port: 443 }] } as const;
  const annotations = { 'eks.amazonaws.com/role-arn': roleArn };
  expect(accessOf(access)).toEqual(both({ env: [], annotations, addresses: [BUCKET, '10.20.0.9/32:443'] }));
});

test('given Pod Identity, no key is there, and the node’s agent that has them is reached as well', () => {
  expect(accessOf({ type: 'podIdentity' })).toEqual(
    both({ env: [], annotations: undefined, addresses: [BUCKET, '169.254.170.23/32:80'] }),
  );
});

test('given a bucket that Loki cannot use, the pod’s status says why it ended', () => {
  const config = configWith(HA);
  for (const component of [
    render((scope) => new Loki(scope, 'loki', config)),
    render((scope) => new Compactor(scope, 'compactor', config)),
  ])
    expect(containerOf(component)).toMatchObject({ terminationMessagePolicy: 'FallbackToLogsOnError' });
});
