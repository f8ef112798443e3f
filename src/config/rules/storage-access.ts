/** Rules on how Loki gets at its bucket: the store's address, the ways there, trust, and encryption. */
import { isBucket } from '../derived/bucket';
import type { Problem } from '../problem';
import type { StackConfig } from '../schema';
import { authorities } from './authorities';
import { portOf, reachable } from './reachable';
import { problem, type Rule, when } from './rule';

type Storage = StackConfig['storage'];
type S3 = Extract<Storage, { readonly type: 's3' }>;

const HTTPS = 443;

const ofS3 =
  (check: (storage: S3, config: StackConfig) => readonly Problem[]): Rule['check'] =>
  (config) =>
    config.storage.type === 's3' ? check(config.storage, config) : [];

export const storageAccessRules: readonly Rule[] = [
  {
    reads: ['environment', 'storage'],
    check: ofS3(({ endpoint }, { environment }) =>
      when(environment === 'prod' && endpoint?.startsWith('http:') === true, () =>
        problem(
          ['storage', 'endpoint'],
          endpoint,
          'prod sends keys and logs to its bucket over TLS',
          'write a URL with https',
        ),
      ),
    ),
  },
  {
    reads: ['storage'],
    check: ofS3(({ endpoint, bucket }) => {
      if (endpoint === undefined) return [];
      const { origin, pathname, search, hash, host } = new URL(endpoint);
      const path = ['storage', 'endpoint'];
      return [
        ...when(pathname !== '/' || search !== '' || hash !== '', () =>
          problem(path, endpoint, 'the URL of a server, without a path: buckets are below it', `write ${origin}`),
        ),
        ...when(host.split('.')[0] === bucket, () =>
          problem(
            path,
            endpoint,
            'a host name whose first part is not the name of the bucket: Loki refuses it, as if the bucket stood there twice',
            'write the host name without the bucket, or give the server another name',
          ),
        ),
      ];
    }),
  },
  { reads: ['storage'], check: ({ storage }) => reachableBucket(storage) },
  { reads: ['storage'], check: ({ storage }) => reachableIdentity(storage) },
  {
    reads: ['storage'],
    check: ofS3(({ trustedCa, endpoint }) => [
      ...authorities(['storage', 'trustedCa'], trustedCa ?? ''),
      ...when(trustedCa !== undefined && endpoint?.startsWith('https:') !== true, () =>
        problem(
          ['storage', 'trustedCa'],
          endpoint ?? '(no storage.endpoint)',
          'a server with https, in storage.endpoint: AWS has certificates of public CAs',
          'write storage.endpoint with https, or remove storage.trustedCa',
        ),
      ),
    ]),
  },
  {
    reads: ['storage'],
    check: ofS3(({ encryption, endpoint, region }) => {
      const keyId = encryption?.type === 'SSE-KMS' ? encryption.keyId : undefined;
      const [, ofKey] = /^arn:[^:]+:kms:([^:]+):/.exec(keyId ?? '') ?? [];
      return when(endpoint === undefined && ofKey !== undefined && ofKey !== region, () =>
        problem(
          ['storage', 'encryption', 'keyId'],
          keyId,
          `a key of the bucket’s region, ${region}: S3 uses no other`,
          `write a key of ${region}, or correct storage.region`,
        ),
      );
    }),
  },
];

/** Loki lists the bucket before it is ready. */
function reachableBucket(storage: Storage): readonly Problem[] {
  if (!isBucket(storage)) return [];
  const endpoint = storage.type === 's3' ? storage.endpoint : undefined;
  // The policy sees the port of the pods behind a Service, which can be any port.
  if (endpoint !== undefined && isService(new URL(endpoint).hostname)) return [];
  const port = endpoint === undefined ? HTTPS : portOf(endpoint);
  const what = { s3: 'S3', gcs: 'Google Cloud Storage', azure: 'Azure Blob Storage' }[storage.type];
  const named = endpoint === undefined ? what : 'storage.endpoint';
  return reachable(
    ['storage'],
    { port, egress: storage.egress },
    `${named}: Loki would not reach its bucket, and not start`,
  );
}

const isService = (hostname: string): boolean => /^[^.]+$|\.svc(?:\.|$)/.test(hostname) && !hostname.startsWith('[');

/** Without keys or tokens, Loki does not start either. */
function reachableIdentity(storage: Storage): readonly Problem[] {
  if (!isBucket(storage) || !('egress' in storage.access)) return [];
  const { type, egress } = storage.access;
  const what = type === 'serviceAccount' ? 'STS' : 'login.microsoftonline.com';
  return reachable(['storage', 'access'], { port: HTTPS, egress }, what);
}
