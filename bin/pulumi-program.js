/** `pulumi up` runs this, see Pulumi.yaml: compiles first if the sources have changed, then deploys the selected stack. */
'use strict';
require('./ensure-built').ensureBuilt();
module.exports = require('../lib/src/deploy/main');
