/** How long normal traffic is watched: in CI only as long as alerts need that fire at once, an hour for `make soak`, or `SOAK_MINUTES`. */
export const calmMinutes = process.env['SOAK'] === undefined ? 2 : Number(process.env['SOAK_MINUTES'] ?? 60);

/** Whether faults are waited for whose alerts have to last before they fire: three minutes more. */
export const waitsForLastingFaults = process.env['SOAK'] !== undefined;
