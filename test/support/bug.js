// A bug, for the test of how bugs are told: the page cannot be drawn.
const Module = require('node:module');

const load = Module._load;
Module._load = (request, parent, isMain) => {
  if (request.endsWith('render-preview')) throw new Error('a plank is loose');
  return load(request, parent, isMain);
};
