/** What generated cases begin with: the same in every run, so that only a change of the code makes a test fail; another `SEED` has others. */
export const SEED = Number(process.env['SEED'] ?? 1);
