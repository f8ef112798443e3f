/** The bucket of a stack, whichever store it is in. */
import type { StackConfig } from '../schema';

type Storage = StackConfig['storage'];

/** Storage in an object store. */
export type Bucket = Exclude<Storage, { readonly type: 'filesystem' }>;

/** Whether chunks and index are in a bucket. Otherwise they are on Loki's volume. */
export function isBucket(storage: Storage): storage is Bucket {
  return storage.type !== 'filesystem';
}

/** Name of a bucket within its store. In Azure, each account has containers of its own. */
export function bucketName(bucket: Bucket): string {
  return bucket.type === 'azure' ? `${bucket.account}/${bucket.container}` : bucket.bucket;
}
