/** Link `canary`: do its lines arrive? */
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { type Findings, hint, symptom } from './finding';

export function canaryFindings({ canary }: StackState): Findings {
  const lines = known(canary);
  return [
    ...(lines === undefined || lines.missing === 0
      ? []
      : [
          (lines.missingGrowing ? symptom : hint)(
            'canary',
            `${lines.missing} of ${lines.written} lines of the canary did not arrive.`,
            'What is broken on the way loses other lines as well.',
            'npm run status -- --stack <stack>',
          ),
        ]),
  ];
}
