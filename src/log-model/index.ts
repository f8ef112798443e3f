/**
 * The log record: the one source of its names for the logger, the pipelines, the dashboards and the alerts.
 */
export * from './fields';
export * from './redaction/arguments';
export * from './redaction/table';
export * from './security-events';
