/** `npm run bench`: all of it, or one part. */
import { FORWARDED_PORTS } from '../local/layout';
import { progress } from '../local/shell';
import { command, EXIT, UsageError } from '../src/operations/command';
import { projectRoot } from '../tools/cache';
import { bench, BENCH_PARTS, benchPart } from './index';

export default command({
  options: {},
  words: `[${BENCH_PARTS.join(' | ')}]`,
  run: async (_, [part, ...more]) => {
    if (more.length > 0 || (part !== undefined && !BENCH_PARTS.includes(part)))
      throw new UsageError('one part is wanted, or none for all of them');
    const { GATEWAY_PORT = '' } = process.env;
    const where = [progress(), projectRoot(), Number(GATEWAY_PORT || FORWARDED_PORTS.gateway)] as const;
    if (part === undefined) await bench(...where);
    else await benchPart(part, ...where);
    return EXIT.good;
  },
});
