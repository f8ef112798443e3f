/** Link `files`: are the files of pods found, and readable? */
import type { AgentType, StackConfig } from '../../config';
import { known } from '../observe/observed';
import type { StackState } from '../observe/state';
import { broken, type Findings } from './finding';
import { recentFailures } from './log-lines';

/** Why an agent finds no file. The Collector looks for files without asking for pods. */
const NO_FILE: Readonly<Record<AgentType, (folder: string) => string>> = {
  promtail: (folder) =>
    `It cannot list pods, or ${folder} of the node is empty (agent.podLogsDirectory, agent.containerRuntime).`,
  collector: (folder) =>
    `${folder} of the node is empty (agent.podLogsDirectory, agent.containerRuntime), or it may read none of its files.`,
};

/** Files: found, and readable? */
export function fileFindings(config: StackConfig, { agents, at }: StackState): Findings {
  return agents.flatMap((agent): Findings => {
    const { pod, node, figures, log } = agent;
    const seen = known(figures);
    const denied = known(log)?.unreadable ?? [];
    const file = denied.at(-1)?.path;
    return [
      ...(seen?.targets === 0
        ? [
            broken(
              'files',
              `The agent on ${node} (${pod}) reads no file.`,
              NO_FILE[config.agent.type](config.agent.podLogsDirectory),
              `kubectl -n <agents> logs ${pod} --tail=50`,
            ),
          ]
        : []),
      ...(denied.length > 0
        ? [
            broken(
              'files',
              `The agent on ${node} may not read ${file ?? 'a file'}: permission denied (${recentFailures(denied, at, agent).length} times of late).`,
              'Files of agent.files have to be readable for everyone (0644), and their folders to be entered (0755).',
              `on the node: chmod 0644 ${file ?? '<file>'}`,
            ),
          ]
        : []),
    ];
  });
}
