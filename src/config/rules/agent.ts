import { globsOverlap } from '../glob';
import { formatPath } from '../problem';
import { problem, type Rule, when } from './rule';
import { agentSelector } from './selector';

/** Folders of the kubelet with the logs of pods, and with links to them. */
const POD_LOGS = ['/var/log/pods', '/var/log/containers'];

const globOf = ({ directory, files }: { readonly directory: string; readonly files: string }): string =>
  `${directory}/${files}`;

export const agentRules: readonly Rule[] = [
  {
    reads: ['agent.files', 'agent.drop', 'agent.also'],
    check: ({ agent }) =>
      (['files', 'drop', 'also'] as const).flatMap((list) =>
        agent[list].flatMap(({ name }, index) =>
          when(agent[list].findIndex((other) => other.name === name) < index, () =>
            problem(['agent', list, index, 'name'], name, 'a name that no other entry has', 'rename one of them'),
          ),
        ),
      ),
  },
  {
    reads: ['agent.files', 'agent.positionsDirectory', 'namespaces.agents'],
    check: ({ agent }) => {
      return agent.files.flatMap((source, index) => {
        const path = ['agent', 'files', index];
        const [glob, written] = [globOf(source), { directory: source.directory, files: source.files }];
        const own = [...POD_LOGS, agent.positionsDirectory].find((folder) => globsOverlap(glob, `${folder}/**`));
        const before = agent.files.findIndex((other, at) => at < index && globsOverlap(glob, globOf(other)));
        return [
          ...when(own !== undefined, () =>
            problem(
              path,
              written,
              `files that the agent does not read anyway, nor writes itself: these may be below ${own ?? ''}, and their lines would come twice, or never end`,
              own === agent.positionsDirectory
                ? 'name another folder'
                : 'remove it: the agent reads what pods write to stdout by itself; or name another folder',
            ),
          ),
          ...when(before >= 0, () =>
            problem(
              path,
              written,
              `files that no other entry reads: ${formatPath(['agent', 'files', before])} may read the same, and their lines would come twice`,
              'make directory and files of the two so that no file is in both',
            ),
          ),
        ];
      });
    },
  },
  {
    reads: ['agent.drop'],
    check: ({ agent }) =>
      agent.drop.flatMap(({ selector }, index) =>
        agentSelector(['agent', 'drop', index, 'selector'], selector, 'or match the line with patterns'),
      ),
  },
];
