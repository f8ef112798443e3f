/** How long it all takes: shortened for CI, at full length for `make soak`. */
export interface Profile {
  /** How long Loki is away. */
  readonly awaySeconds: number;
  /** How often each of the short disturbances happens. */
  readonly rounds: number;
  /** Whether agents are killed at any moment, or only when a kill costs no line. */
  readonly killsAnyTime: boolean;
  /** How long the agent may take to catch up with everything. */
  readonly catchUpSeconds: number;
}

export const profile: Profile =
  process.env['SOAK'] === undefined
    ? { awaySeconds: 60, rounds: 1, killsAnyTime: false, catchUpSeconds: 240 }
    : { awaySeconds: 600, rounds: 3, killsAnyTime: true, catchUpSeconds: 1200 };
