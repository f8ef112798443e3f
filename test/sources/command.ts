/** `npm run capture-fixtures`: all of them, or those of the programs that are named. */
import { progress } from '../../local/shell';
import { command, EXIT } from '../../src/operations/command';
import { projectRoot } from '../../tools/cache';
import { captureFixtures } from './capture';

export default command({
  options: {},
  words: '[<program> …]',
  run: async (_, words) => {
    await captureFixtures(projectRoot(), words, progress());
    return EXIT.good;
  },
});
