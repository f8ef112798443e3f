/**
 * The browser side as an ES module. The build bundles it into one file, so that a page can load it as it is.
 *
 * @module spywatcher-logs/logger/browser
 */
export * from './browser.js';
