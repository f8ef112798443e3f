/** No rendered config of Loki has a key that the pinned Loki's own lists call deleted or deprecated. */
import { parse } from 'yaml';
import { type KeyLists, listedKeys, listedOverrides, lokiKeyLists } from '../support/loki-keys';
import { BUILD_TIMEOUT } from '../../programs/program';
import { configFile, type RenderedStack } from '../../programs/rendered-stack';
import { everyStackWithLoki } from '../support/every-stack';

let lists: KeyLists;
beforeAll(() => {
  lists = lokiKeyLists();
}, BUILD_TIMEOUT);

/** Config files of Loki in a stack, each with what it says of itself. */
const filesOf = (rendered: RenderedStack) =>
  ['loki-config', 'compactor-config']
    .filter((name) => rendered.objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name))
    .map((name) => ({
      config: parse(configFile(rendered, name, 'config.yaml')) as unknown,
      overrides: parse(configFile(rendered, name, 'overrides.yaml')) as unknown,
    }));

describe.each(everyStackWithLoki().map((rendered) => [rendered.name, rendered] as const))(
  'the config of %s',
  (_, rendered) => {
    test.each(['deleted', 'deprecated'] as const)('has no %s key', (which) => {
      for (const { config, overrides } of filesOf(rendered))
        expect([...listedKeys(lists[which], config), ...listedOverrides(lists[which], overrides)]).toEqual([]);
    });
  },
);

describe('the check finds, so that the tests above can fail,', () => {
  test.each([
    ['a key', { ingester: { max_transfer_retries: 0 } }, 'ingester.max_transfer_retries: Enable the ingester WAL'],
    [
      'a key that is listed for several sections at once',
      { storage_config: { aws: { sse_encryption: true } } },
      'storage_config.aws.sse_encryption: Encryption for all',
    ],
    [
      'a key of a section of old',
      { chunk_store_config: { max_look_back_period: '0s' } },
      'chunk_store_config.max_look',
    ],
  ])('%s that is deleted', (_, config, said) => {
    expect(listedKeys(lists.deleted, config)).toEqual([expect.stringContaining(said)]);
  });

  test('a key that is deprecated, of a tenant too', () => {
    const limits = { unordered_writes: true };
    const said = expect.stringContaining('unordered_writes: Will be eventually removed.') as string;
    expect(listedKeys(lists.deprecated, { limits_config: limits })).toEqual([said]);
    expect(listedOverrides(lists.deprecated, { overrides: { spywatcher: limits } })).toEqual([said]);
  });

  test('a value that is deprecated, in a list, and none of the others', () => {
    const config = { schema_config: { configs: [{ store: 'tsdb' }, { store: 'cassandra' }] } };
    expect(listedKeys(lists.deprecated, config)).toEqual([
      'schema_config.configs[1].store: Use tsdb (preferred) or boltdb-shipper instead.',
    ]);
  });
});
