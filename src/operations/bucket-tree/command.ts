/** `npm run bucket-tree`: gives a copy of a single Loki's files the names that they have in a bucket (docs/ha.md). */
import { command, EXIT, UsageError } from '../command';
import { bucketTree, DELIMITERS } from './bucket-tree';

export default command({
  options: {
    from: {
      type: 'string',
      value: '<folder>',
      required: true,
      description: 'copy of the folder chunks of Loki’s volume',
    },
    out: { type: 'string', value: '<folder>', required: true, description: 'new folder' },
    store: {
      type: 'string',
      value: '<type>',
      default: 's3',
      description: 'that it is copied to: s3, gcs or azure, as storage.type',
    },
  },
  run: async ({ from, out, store }) => {
    if (!isStore(store)) throw new UsageError(`--store: ${store} is none of ${Object.keys(DELIMITERS).join(', ')}`);
    const { chunks, index, bytes } = await bucketTree(from, out, store);
    process.stdout.write(
      `${out}: ${chunks} chunks and ${index} files of the index, ${(bytes / 1e6).toFixed(1)} MB. Copy it to the bucket as it is.\n`,
    );
    return EXIT.good;
  },
});

const isStore = (name: string): name is keyof typeof DELIMITERS => Object.hasOwn(DELIMITERS, name);
