export { createLauncher } from './create-launcher.ts';
export type { OutputFiles, ProcessCommand, ProcessHandleData, ProcessJob } from './job-controller.ts';
export { ProcessJobController, jobOutput } from './job-controller.ts';
export { endOfFile, lastLines } from './last-lines.ts';
export type {
  ProcessEnd,
  ProcessLauncher,
  ProcessPlace,
  ProcessSpec,
  ProcessState,
  WaitOptions,
} from './launcher.ts';
export type { NativeLauncherOptions } from './native-launcher.ts';
export { createNativeLauncher } from './native-launcher.ts';
export type { NodeLauncherOptions } from './node-launcher.ts';
export { createNodeLauncher } from './node-launcher.ts';
