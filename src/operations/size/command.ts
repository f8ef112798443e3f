/** `npm run size`: how much disk Loki needs for the load that the stack file expects, or for another one. */
import { command, EXIT, positive } from '../command';
import { STACK_OPTIONS, stackWithLoki } from '../options';
import { sizeReport } from './size';

const OF_THE_FILE = '(default: the stack file’s)';

export default command({
  options: {
    ...STACK_OPTIONS,
    'lines-per-second': { type: 'string', value: '<number>', description: OF_THE_FILE },
    'bytes-per-line': { type: 'string', value: '<number>', description: OF_THE_FILE },
  },
  run: (values) => {
    const config = stackWithLoki(values);
    const { linesPerSecond, bytesPerLine } = config.expectedLoad;
    const load = {
      linesPerSecond: positive('lines-per-second', values['lines-per-second'], linesPerSecond),
      bytesPerLine: positive('bytes-per-line', values['bytes-per-line'], bytesPerLine),
    };
    process.stdout.write(`${sizeReport(config, load)}\n`);
    return EXIT.good;
  },
});
