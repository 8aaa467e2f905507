import type { ProcessLauncher } from '../src/index.ts';
import { createNativeLauncher } from '../src/index.ts';
import { nativeProgram } from './native-program.ts';

export function create(): ProcessLauncher {
  return createNativeLauncher({ program: nativeProgram ?? 'none' });
}
