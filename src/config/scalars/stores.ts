/** Scalars of object stores: buckets, regions, and the identities that may use them. */
import { withPattern } from './base';

/** An IAM role of AWS, in any partition. */
export const roleArn = () =>
  withPattern('IAM role', /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
    rule: 'the ARN of an IAM role',
    remedy: 'write for example arn:aws:iam::123456789012:role/loki',
  });

/** Name of an S3 bucket. Other servers share the rules of AWS for it. */
export const bucketName = () =>
  withPattern(
    'bucket',
    /^(?!.*\.\.)(?!(?:\d+\.){3}\d+$)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    {
      rule: 'the name of a bucket: 3 to 63 small letters, digits, hyphens and dots, without s3:// and a path',
      remedy: 'write for example spywatcher-logs',
    },
  );

/** Name of a region of an S3 server. It is a part of host names and signatures. */
export const region = () =>
  withPattern('region', /^[A-Za-z0-9](?:[\w-]{0,61}[A-Za-z0-9])?$/, {
    rule: 'the name of a region: at most 63 letters, digits, hyphens and underscores',
    remedy: 'write for example eu-central-1',
  });

/** Name of a bucket of Google Cloud Storage. */
export const gcsBucketName = () =>
  withPattern('GCS bucket', /^(?!goog)(?!.*\.\.)(?!(?:\d+\.){3}\d+$)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, {
    rule: 'the name of a bucket: 3 to 63 small letters, digits, hyphens, underscores and dots, without gs:// and a path',
    remedy: 'write for example spywatcher-logs',
  });

/** Name of an Azure storage account. It is the first part of the store's host name. */
export const storageAccount = () =>
  withPattern('storage account', /^[a-z0-9]{3,24}$/, {
    rule: 'the name of a storage account: 3 to 24 small letters and digits',
    remedy: 'write for example spywatcherlogs',
  });

/** Name of a container of an Azure storage account. */
export const containerName = () =>
  withPattern('blob container', /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/, {
    rule: 'the name of a container: 3 to 63 small letters and digits, with single hyphens between them',
    remedy: 'write for example loki',
  });

/** First part of the name of every object. Loki's own rule for it. */
export const objectPrefix = () =>
  withPattern('object prefix', /^[A-Za-z0-9-]{1,63}$/, {
    rule: 'one part of a path: 1 to 63 letters, digits and hyphens, without /',
    remedy: 'write for example logs',
  });

/** Beginning of the names of index tables. The number of a day follows it. */
export const indexPrefix = () =>
  withPattern('index prefix', /^[A-Za-z][A-Za-z0-9_-]{0,61}[_-]$/, {
    rule: 'the beginning of the names of index tables: letters, digits, _ and -, the first a letter, the last _ or -',
    remedy: 'write for example loki_index_',
  });

/** A key of AWS' Key Management Service. */
export const kmsKey = () =>
  withPattern(
    'KMS key',
    /^(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]{1,200}|alias\/[\w/-]{1,200}|(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))$/,
    {
      rule: 'a key of AWS KMS: its ARN, its id, or alias/<name>',
      remedy: 'write for example arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    },
  );

/** A service account of Google Cloud. */
export const googleServiceAccount = () =>
  withPattern(
    'Google service account',
    /^[a-z](?:[a-z0-9-]{4,28}[a-z0-9])@[a-z](?:[a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com$/,
    {
      rule: 'the address of a service account of Google Cloud',
      remedy: 'write for example loki-logs@my-project.iam.gserviceaccount.com',
    },
  );

/** Id of an identity or of a directory of Azure. */
export const azureId = () =>
  withPattern('Azure id', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, {
    rule: 'an id of Azure: 32 digits from 0 to f in five groups, in small letters',
    remedy: 'write for example 11111111-2222-3333-4444-555555555555',
  });
