/** How Loki and its compactor get at their bucket: environment, ServiceAccount and NetworkPolicy of both. */
import { Compactor, Loki } from '../../../../src/components/loki';
import type { StackConfigInput } from '../../../../src/config';
import { AZURE, configWith, GCS, HA, S3 } from '../../../support/config';
import { containerOf, find, render, yamlOf } from '../../../support/manifests';

type Storage = NonNullable<StackConfigInput['storage']>;
type AccessTo<Type extends Storage['type']> = Extract<
  Storage,
  { readonly type: Type; readonly access?: unknown }
>['access'];

const CREDENTIAL = /^(?:AWS|GOOGLE|AZURE)_/;

/** What each of the two pods has of its access to the bucket. */
function accessTo(storage: Storage) {
  const config = configWith({ ...HA, storage });
  return [
    render((scope) => new Loki(scope, 'loki', config)),
    render((scope) => new Compactor(scope, 'compactor', config)),
  ].map((objects) => {
    const addresses = (find(objects, 'NetworkPolicy').spec.egress ?? []).flatMap(({ to = [], ports = [] }) =>
      to.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [`${ipBlock.cidr}:${String(ports[0]?.port)}`])),
    );
    const { args = [], env = [] } = containerOf(objects);
    const { labels } = find(objects, 'StatefulSet').spec.template.metadata;
    return {
      env: env.map(({ name }) => name).filter((name) => CREDENTIAL.test(name)),
      annotations: find(objects, 'ServiceAccount').metadata.annotations,
      addresses,
      ...(args.includes('-config.expand-env=true') ? { looksForVariables: true } : {}),
      ...(labels['azure.workload.identity/use'] === undefined ? {} : { asksForToken: true }),
    };
  });
}

const accessOf = (access: AccessTo<'s3'>) => accessTo({ ...S3, access });

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

describe('on Google Cloud Storage', () => {
  const GOOGLE = '199.36.153.8/30:443';
  const METADATA = ['169.254.169.254/32:80', '169.254.169.252/32:988'];
  const access = (of: AccessTo<'gcs'>) => accessTo({ ...GCS, access: of });

  test('given nothing else, both have a Secret’s key as a file, and reach the bucket alone', () => {
    const env = ['GOOGLE_APPLICATION_CREDENTIALS'];
    expect(access({ type: 'secret' })).toEqual(both({ env, annotations: undefined, addresses: [GOOGLE] }));
  });

  test('given workload identity, no key is there, and the metadata server is reached as well', () => {
    const expected = { env: [], annotations: undefined, addresses: [GOOGLE, ...METADATA] };
    expect(access({ type: 'workloadIdentity' })).toEqual(both(expected));
  });

  test('given a service account too, the ServiceAccounts are annotated with it', () => {
    const serviceAccount = 'loki-logs@spywatcher-1.iam.gserviceaccount.com';
    const annotations = { 'iam.gke.io/gcp-service-account': serviceAccount };
    expect(access({ type: 'workloadIdentity', serviceAccount })).toMatchObject(both({ env: [], annotations }));
  });
});

describe('on Azure Blob Storage', () => {
  const BLOB = '20.150.0.0/17:443';
  const clientId = '11111111-2222-3333-4444-555555555555';
  const access = (of: AccessTo<'azure'>) => accessTo({ ...AZURE, access: of });

  test('given nothing else, both have a Secret’s key in a variable that Loki puts into its config', () => {
    const env = ['AZURE_STORAGE_KEY'];
    const expected = { env, annotations: undefined, addresses: [BLOB], looksForVariables: true };
    expect(access({ type: 'secret' })).toEqual(both(expected));
  });

  test('given workload identity, the pods ask for a token of the annotated ServiceAccounts, and reach who exchanges it', () => {
    const tenantId = '99999999-2222-3333-4444-555555555555';
    const egress = [{ cidr: '20.190.128.0/18', port: 443 }];
    const annotations = {
      'azure.workload.identity/client-id': clientId,
      'azure.workload.identity/tenant-id': tenantId,
    };
    expect(access({ type: 'workloadIdentity', clientId, tenantId, egress })).toEqual(
      both({ env: [], annotations, addresses: [BLOB, '20.190.128.0/18:443'], asksForToken: true }),
    );
    expect(access({ type: 'workloadIdentity', clientId, egress })).toMatchObject(
      both({ annotations: { 'azure.workload.identity/client-id': clientId } }),
    );
  });

  test('given an identity of the nodes, the config names it, and the nodes’ metadata is reached as well', () => {
    const storage: Storage = { ...AZURE, access: { type: 'managedIdentity', clientId } };
    expect(accessTo(storage)).toEqual(
      both({ env: [], annotations: undefined, addresses: [BLOB, '169.254.169.254/32:80'] }),
    );
    const loki = render((scope) => new Loki(scope, 'loki', configWith({ ...HA, storage })));
    expect(yamlOf(loki, 'loki-config', 'config.yaml').at('storage_config.object_store.azure')).toEqual({
      account_name: 'spywatcher',
      container_name: 'logs',
      user_assigned_id: clientId,
    });
  });
});

test('given a bucket that Loki cannot use, the pod’s status says why it ended', () => {
  const config = configWith(HA);
  for (const component of [
    render((scope) => new Loki(scope, 'loki', config)),
    render((scope) => new Compactor(scope, 'compactor', config)),
  ])
    expect(containerOf(component)).toMatchObject({ terminationMessagePolicy: 'FallbackToLogsOnError' });
});
