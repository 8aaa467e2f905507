import { create } from './native-launcher-module.ts';
import { whereNative } from './native-program.ts';
import { processLauncherSuite } from './suite.ts';
import { nativeCases } from './suite/native.ts';

const options = { create, module: new URL('./native-launcher-module.ts', import.meta.url) };

whereNative(() => {
  processLauncherSuite('the native launcher', options);
  nativeCases(options);
});
