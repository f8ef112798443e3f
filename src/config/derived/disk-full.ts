/** How full Loki's volume may be. */

/** Share of the volume at which Loki refuses lines: its own `disk_full_threshold`, which no config of ours changes. */
export const DISK_FULL_THRESHOLD = 0.9;
/** The rest of the volume. */
export const DISK_FREE_SHARE = 0.1;
