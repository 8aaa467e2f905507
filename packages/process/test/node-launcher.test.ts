import { create } from './node-launcher-module.ts';
import { processLauncherSuite } from './suite.ts';

processLauncherSuite('the Node launcher', {
  create,
  module: new URL('./node-launcher-module.ts', import.meta.url),
});
