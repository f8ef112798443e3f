/** The volume of a folder of log files on the node, by the name of its source. */
export const filesVolume = (source: string): string => `files-${source}`;
