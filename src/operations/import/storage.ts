/** What was found of Loki's store → the section `storage`. */
import { ANYWHERE, destinationOf } from './destination';
import type { Found, FoundStore } from './found';
import { periodsOf } from './periods';

type Section = Readonly<Record<string, unknown>>;

/** Loki's names of stores, and those of the stack file. */
const STORES: Readonly<Record<string, string>> = {
  s3: 's3',
  aws: 's3',
  'aws-dynamo': 's3',
  gcs: 'gcs',
  azure: 'azure',
  filesystem: 'filesystem',
};

/** Puts the store into the draft, and says what of it cannot be. */
export function addStorage(found: Found, now: Date): void {
  const written = found.store.type ?? lastOf(found.periods)?.objectStore ?? '';
  const type = STORES[written];
  if (type === undefined) {
    if (written !== '') found.lack('storage.type', written, `one of ${[...new Set(Object.values(STORES))].join(', ')}`);
    return;
  }
  const section: Section = { type, ...OF_TYPE[type]?.(found), schema: periodsOf(found, storeOf(type), now) };
  for (const [key, value] of Object.entries(section)) found.draft.set(`storage.${key}`, value);
}

const OF_TYPE: Readonly<Record<string, (found: Found) => Section>> = {
  filesystem: () => ({}),
  s3: (found) => {
    const { store } = found;
    const endpoint = endpointOf(store);
    return {
      bucket: store.bucket,
      region: store.region ?? regionOf(store.endpoint) ?? 'us-east-1',
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(store.forcePathStyle === true ? { forcePathStyle: true } : {}),
      ...(store.encryption?.type === undefined ? {} : { encryption: store.encryption }),
      ...prefixOf(store),
      access: s3Access(found),
      egress: [anywhere(found, 'storage.egress', endpoint)],
    };
  },
  gcs: (found) => {
    const account = found.identity['iam.gke.io/gcp-service-account'];
    return {
      bucket: found.store.bucket,
      ...prefixOf(found.store),
      access: found.store.hasKey
        ? { type: 'secret' }
        : { type: 'workloadIdentity', ...(account === undefined ? {} : { serviceAccount: account }) },
      egress: [anywhere(found, 'storage.egress')],
    };
  },
  azure: (found) => {
    const clientId = found.identity['azure.workload.identity/client-id'];
    const { store } = found;
    return {
      account: store.account,
      container: store.container ?? store.bucket,
      ...(store.endpointSuffix === undefined ? {} : { endpointSuffix: store.endpointSuffix }),
      ...prefixOf(store),
      access:
        clientId !== undefined
          ? { type: 'workloadIdentity', clientId, egress: [anywhere(found, 'storage.access.egress')] }
          : store.userAssignedId !== undefined
            ? { type: 'managedIdentity', clientId: store.userAssignedId }
            : { type: 'secret' },
      egress: [anywhere(found, 'storage.egress')],
    };
  },
};

function s3Access(found: Found): Section {
  const roleArn = found.identity['eks.amazonaws.com/role-arn'];
  if (found.store.hasKey === true) return { type: 'secret' };
  if (roleArn !== undefined)
    return { type: 'serviceAccount', roleArn, egress: [anywhere(found, 'storage.access.egress')] };
  if (endpointOf(found.store) !== undefined) return { type: 'secret' };
  found.note(
    'Neither an access key nor a role was named. `storage.access` says EKS Pod Identity: the association has to name the ServiceAccounts `loki` and `compactor`.',
  );
  return { type: 'podIdentity' };
}

/** Nobody can tell the addresses of a cloud from a chart's values: everything outside of the cluster is open until somebody does. */
function anywhere(found: Found, key: string, url?: string): Section {
  const destination = destinationOf(url ?? 'https://cloud.example.com');
  if (destination['cidr'] === ANYWHERE)
    found.note(`\`${key}\` allows every address outside of the cluster. Narrow it to those of the service.`);
  return destination;
}

const prefixOf = ({ prefix }: FoundStore): Section => (prefix === undefined ? {} : { prefix });

/** AWS needs no endpoint. A host without a scheme is one with TLS unless it is said not to be. */
function endpointOf({ endpoint, insecure }: FoundStore): string | undefined {
  if (endpoint === undefined || endpoint === '' || /(?:^|\.)amazonaws\.com(?:\.cn)?\/?$/.test(endpoint))
    return undefined;
  return /^https?:/.test(endpoint) ? endpoint : `http${insecure === true ? '' : 's'}://${endpoint}`;
}

const regionOf = (endpoint: string | undefined): string | undefined =>
  /(?:^|\/)s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws/.exec(endpoint ?? '')?.[1];

const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

/** The store of a period, where it is another one than that of the stack. */
const storeOf = (type: string) => (objectStore: string) => {
  const store = STORES[objectStore] ?? type;
  return store === type ? {} : { store };
};
