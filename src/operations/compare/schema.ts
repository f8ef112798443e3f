/** Periods of Loki's index, and where each has its chunks. Loki takes every change of them, and then does not find what it stored. */
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import type { KubernetesObject } from '../../../charts/objects';
import { nameOf } from '../kubectl';
import type { Finding } from './finding';

/** The ConfigMap with Loki's config; the compactor's has the same periods. */
const CONFIG_MAP = 'loki-config';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Lines may be ten minutes ahead, and all pods have to run with the new period before it begins. */
const NOTICE = HOUR;

const configMapShape = z.looseObject({ data: z.looseObject({ 'config.yaml': z.string() }) });
const configShape = z.looseObject({
  schema_config: z.looseObject({
    configs: z.array(z.looseObject({ from: z.string(), object_store: z.string() })),
  }),
  storage_config: z.looseObject({
    // S3 of releases before `object_store`.
    aws: z.looseObject({ bucketnames: z.string() }).optional(),
    filesystem: z.looseObject({ directory: z.string() }).optional(),
    object_store: z
      .looseObject({
        s3: z.looseObject({ bucket_name: z.string() }).optional(),
        gcs: z.looseObject({ bucket_name: z.string() }).optional(),
        azure: z.looseObject({ account_name: z.string(), container_name: z.string() }).optional(),
        filesystem: z.looseObject({ dir: z.string() }).optional(),
        storage_prefix: z.string().optional(),
      })
      .optional(),
  }),
});

type LokiConfig = z.output<typeof configShape>;

/** What a rendered config says of days that have passed, or of those that have begun, other than the one that runs. */
export function schemaFindings(wanted: KubernetesObject, running: KubernetesObject, now: Date): readonly Finding[] {
  if (wanted.kind !== 'ConfigMap' || wanted.metadata.name !== CONFIG_MAP) return [];
  const [rendered, live] = [configOf(wanted), configOf(running)];
  const path = `${nameOf(wanted)}: config.yaml`;
  return [
    ...changedPeriods(path, rendered, live, now),
    ...newPeriods(path, rendered, live, now),
    ...movedStores(path, rendered, live, now),
  ];
}

function configOf(configMap: KubernetesObject): LokiConfig {
  return configShape.parse(parse(configMapShape.parse(configMap).data['config.yaml']));
}

const begins = (from: string): number => Date.parse(`${from}T00:00:00Z`);
const hasBegun = (from: string, now: Date): boolean => begins(from) < now.getTime() + NOTICE;

function changedPeriods(path: string, wanted: LokiConfig, running: LokiConfig, now: Date): readonly Finding[] {
  return running.schema_config.configs.flatMap((period) => {
    const same = wanted.schema_config.configs.find(({ from }) => from === period.from);
    if (!hasBegun(period.from, now) || isDeepStrictEqual(period, same)) return [];
    return [
      finding(
        `${path}: schema_config of ${period.from}`,
        period,
        same,
        'a period that has begun never changes: Loki would not find its logs, and say nothing',
        'write storage.schema as it runs, and add a period that begins in the future; for one that was on the volume, with store: filesystem',
      ),
    ];
  });
}

function newPeriods(path: string, wanted: LokiConfig, running: LokiConfig, now: Date): readonly Finding[] {
  const known = running.schema_config.configs.map(({ from }) => from);
  return wanted.schema_config.configs
    .filter(({ from }) => !known.includes(from) && hasBegun(from, now))
    .map((period) =>
      finding(
        `${path}: schema_config of ${period.from}`,
        undefined,
        period,
        'a new period begins in the future (UTC), at least an hour from now: what was written since under another one would be lost',
        `write ${firstDay(now)} or later`,
      ),
    );
}

/** The first day that is far enough away. */
function firstDay(now: Date): string {
  return new Date(Math.ceil((now.getTime() + NOTICE) / DAY) * DAY).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

type StorageConfig = LokiConfig['storage_config'];

/** Where each store has its objects. */
const PLACES: Readonly<Record<'s3' | 'gcs' | 'azure' | 'filesystem', (config: StorageConfig) => string | undefined>> = {
  s3: ({ aws, object_store: store }) => store?.s3?.bucket_name ?? aws?.bucketnames,
  gcs: ({ object_store: store }) => store?.gcs?.bucket_name,
  azure: ({ object_store: store }) =>
    store?.azure === undefined ? undefined : `${store.azure.account_name}/${store.azure.container_name}`,
  filesystem: ({ filesystem, object_store: store }) => store?.filesystem?.dir ?? filesystem?.directory,
};

/** The place, and what the names of its objects begin with. */
function placeOf(store: keyof typeof PLACES, { storage_config: config }: LokiConfig): string | undefined {
  const place = PLACES[store](config);
  const prefix = config.object_store?.storage_prefix;
  return place === undefined || prefix === undefined ? place : `${place}/${prefix}`;
}

/** Buckets and folders that periods are in which have begun. */
function movedStores(path: string, wanted: LokiConfig, running: LokiConfig, now: Date): readonly Finding[] {
  const used = running.schema_config.configs
    .filter(({ from }) => hasBegun(from, now))
    .map((period) => period.object_store);
  const stores = Object.keys(PLACES) as readonly (keyof typeof PLACES)[];
  return stores.flatMap((store) => {
    const [before, after] = [placeOf(store, running), placeOf(store, wanted)];
    // Without any, the period itself has changed, and that is said.
    return !used.includes(store) || after === undefined || before === after
      ? []
      : [
          finding(
            `${path}: storage_config, place of ${store}`,
            before,
            after,
            'what is stored stays where it is: Loki would not find it in another place, and say nothing',
            'write the one that runs; or copy everything first, with Loki stopped',
          ),
        ];
  });
}

function finding(path: string, running: unknown, wanted: unknown, rule: string, remedy: string): Finding {
  const show = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));
  return { path, running: show(running), wanted: show(wanted), rule, remedy, resizable: false, applicable: false };
}
