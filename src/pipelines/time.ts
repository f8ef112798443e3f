/** Which time of its own a record is believed. */

/**
 * How far a record's own time may be from the moment the line was seen. Loki refuses a line that is an hour behind its
 * stream, older than `reject_old_samples_max_age` or ten minutes ahead, and a refused line is lost.
 */
export const SECONDS_BEHIND = 1800;
export const SECONDS_AHEAD = 300;
