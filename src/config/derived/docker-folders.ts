/** The folders of the node that the log files of pods are links to. */
import type { ParsedConfig } from '../schema';

/** With Docker the one of its containers, otherwise none. */
export const dockerFolders = ({
  containerRuntime,
}: Pick<ParsedConfig['agent'], 'containerRuntime'>): readonly string[] =>
  containerRuntime.type === 'docker' ? [containerRuntime.directory] : [];
