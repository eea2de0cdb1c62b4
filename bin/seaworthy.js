#!/usr/bin/env node
// The published package is precompiled. In a checkout of it, and for every user's program, TypeScript is transpiled as it is loaded.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { transpileOnLoad } = require('./transpile');

transpileOnLoad();
const checkout = join(__dirname, '..', 'cli', 'main.ts');
require(existsSync(checkout) ? checkout : join(__dirname, '..', 'dist', 'cli', 'main.js'));
