/** Link `files`: are the files of pods found, and readable? */
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings } from './finding';
import { recent } from './log-lines';

/** Files: found, and readable? */
export function fileFindings({ agents, at }: StackState): Findings {
  return agents.flatMap(({ pod, node, figures, log, clockSkew }): Findings => {
    const seen = known(figures);
    const denied = (known(log) ?? []).filter((line) => /permission denied/i.test(line));
    const file = /(?:open|stat) (\/[^\s"\\:]+)/.exec(denied.at(-1) ?? '')?.[1];
    return [
      ...(seen?.targets === 0
        ? [
            broken(
              'files',
              `The agent on ${node} (${pod}) reads no file.`,
              'It cannot list pods, or /var/log/pods of the node is empty: another container runtime’s folder?',
              `kubectl -n <agents> logs ${pod} --tail=50`,
            ),
          ]
        : []),
      ...(denied.length > 0
        ? [
            broken(
              'files',
              `The agent on ${node} may not read ${file ?? 'a file'}: permission denied (${recent(denied, at, clockSkew).length} times of late).`,
              'Files of agent.files have to be readable for everyone (0644), and their folders to be entered (0755).',
              `on the node: chmod 0644 ${file ?? '<file>'}`,
            ),
          ]
        : []),
    ];
  });
}
