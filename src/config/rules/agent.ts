import { dockerFolders } from '../derived/docker-folders';
import { globsOverlap } from '../glob';
import { covers, hasStar } from '../namespace-pattern';
import { formatPath } from '../problem';
import { problem, type Rule, when } from './rule';
import { agentSelector, LABELS_READ } from './selector';

/** Folder of the kubelet with links to the logs of pods. */
const LINKS = '/var/log/containers';

/** Whether a folder is another one, or below it. */
const within = (folder: string, other: string): boolean => `${folder}/`.startsWith(`${other}/`);

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
    reads: [
      'agent.files',
      'agent.positionsDirectory',
      'agent.podLogsDirectory',
      'agent.containerRuntime',
      'namespaces.agents',
    ],
    check: ({ agent }) => {
      return agent.files.flatMap((source, index) => {
        const path = ['agent', 'files', index];
        const [glob, written] = [globOf(source), { directory: source.directory, files: source.files }];
        const read = [agent.podLogsDirectory, LINKS, ...dockerFolders(agent)];
        const own = [...read, agent.positionsDirectory].find((folder) => globsOverlap(glob, `${folder}/**`));
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
    reads: ['agent.podLogsDirectory', 'agent.positionsDirectory', 'namespaces.agents'],
    check: ({ agent: { podLogsDirectory, positionsDirectory } }) =>
      when(within(podLogsDirectory, positionsDirectory) || within(positionsDirectory, podLogsDirectory), () =>
        problem(
          ['agent', 'podLogsDirectory'],
          podLogsDirectory,
          `a folder apart from agent.positionsDirectory (${positionsDirectory}), which the agent writes itself`,
          'write the folder that the kubelet’s podLogsDir names',
        ),
      ),
  },
  {
    reads: ['agent.excludeNamespaces', 'namespaces'],
    check: ({ agent, namespaces }) =>
      agent.excludeNamespaces.flatMap((pattern, index) => {
        const own = [namespaces.logging, namespaces.agents].find((name) => hasStar(pattern) && covers(pattern, name));
        return when(own !== undefined, () =>
          problem(
            ['agent', 'excludeNamespaces', index],
            pattern,
            `a pattern that does not mean ${own ?? ''}, a namespace of the stack itself: without its lines nobody is told of refused logins`,
            `write a longer pattern; to leave out ${own ?? ''}, name it`,
          ),
        );
      }),
  },
  {
    reads: ['agent.drop', ...LABELS_READ],
    check: (config) =>
      config.agent.drop.flatMap(({ selector }, index) =>
        agentSelector(config, ['agent', 'drop', index, 'selector'], selector, 'or match the line with patterns'),
      ),
  },
];
