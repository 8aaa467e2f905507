export type {
  ProcessEnd,
  ProcessLauncher,
  ProcessPlace,
  ProcessSpec,
  ProcessState,
  WaitOptions,
} from './launcher.ts';
export type { NodeLauncherOptions } from './node-launcher.ts';
export { createNodeLauncher } from './node-launcher.ts';
