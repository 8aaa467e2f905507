import { create } from './ps-launcher-module.ts';
import { processLauncherSuite } from './suite.ts';

processLauncherSuite('the Node launcher with ps', {
  create,
  module: new URL('./ps-launcher-module.ts', import.meta.url),
});
