/** How much an alert matters, most severe first; routes and inhibition go by it. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
