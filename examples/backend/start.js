/** Runs the compressed program beside it: a ConfigMap holds at most 1 MiB. */
'use strict';
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { gunzipSync } = require('node:zlib');

const program = new Module(`${__dirname}/server.js`);
program._compile(gunzipSync(readFileSync(`${program.id}.gz`)).toString(), program.id);
