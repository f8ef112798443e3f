/** What must not be applied to what runs. */

/** One difference between a rendered stack and what runs that must not be applied as it is. */
export interface Finding {
  /** Where: `StatefulSet logging/loki: spec.serviceName`. */
  readonly path: string;
  /** What runs. */
  readonly running: string;
  /** What was rendered. */
  readonly wanted: string;
  /** What must hold. */
  readonly rule: string;
  /** What to do instead. */
  readonly remedy: string;
  /** Whether `npm run resize` makes it so. */
  readonly resizable: boolean;
}
