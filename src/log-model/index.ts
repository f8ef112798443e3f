/**
 * The log record: the one source of its names for the logger, the pipelines, the dashboards and the alerts.
 */
export * from './fields';
export * from './secret-arguments';
export * from './secrets';
export * from './security-events';
