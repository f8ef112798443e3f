/** `make up`, `make down` and the local cluster's own commands; see local/cli.ts. */
'use strict';
require('./ensure-built').ensureBuilt('local');
require('../lib/local/cli');
