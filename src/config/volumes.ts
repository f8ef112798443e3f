/** Names of volumes that hold a name of the config. */

/** Of a folder of log files on the node. */
export const filesVolume = (source: string): string => `files-${source}`;
