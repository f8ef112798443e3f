/** `npm run capture-fixtures`; see test/sources/cli.ts. */
'use strict';
require('./ensure-built').ensureBuilt('local');
require('../lib/test/sources/cli');
