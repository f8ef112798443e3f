/**
 * The logger for ES modules: the same instance that CommonJS modules get.
 *
 * @module spywatcher-logs/logger
 */
export * from './index.js';
export { logger as default } from './index.js';
