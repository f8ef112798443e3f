/** `npm run bucket-tree`: gives a copy of a single Loki's files the names that they have in a bucket (docs/ha.md). */
import { command, EXIT } from '../command';
import { bucketTree } from './bucket-tree';

export default command({
  options: {
    from: {
      type: 'string',
      value: '<folder>',
      required: true,
      description: 'copy of the folder chunks of Loki’s volume',
    },
    out: { type: 'string', value: '<folder>', required: true, description: 'new folder' },
  },
  run: async ({ from, out }) => {
    const { chunks, index, bytes } = await bucketTree(from, out);
    process.stdout.write(
      `${out}: ${chunks} chunks and ${index} files of the index, ${(bytes / 1e6).toFixed(1)} MB. Copy it to the bucket as it is.\n`,
    );
    return EXIT.good;
  },
});
