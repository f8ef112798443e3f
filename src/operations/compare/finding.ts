/** What must not be applied to what runs, or should be known before. */

/** One difference between a rendered stack and what runs. */
export interface Finding {
  /** Where: `StatefulSet logging/loki: spec.serviceName`. */
  readonly path: string;
  /** What runs. */
  readonly running: string;
  /** What was rendered. */
  readonly wanted: string;
  /** What must hold; of what can be applied, what will happen. */
  readonly rule: string;
  /** What to do instead. */
  readonly remedy: string;
  /** Whether `npm run resize` makes it so. */
  readonly resizable: boolean;
  /** Whether it can be applied all the same. */
  readonly applicable: boolean;
}
