import { createRequire } from 'node:module';

/**
 * Why there is no native launcher here, whose death half of this is about; null where it is. The fallback on plain Node
 * has no process of its own that could be killed.
 */
export function launcherMissing(): string | null {
  if (process.env['AIFLOW_LAUNCHER'] === 'node') return 'AIFLOW_LAUNCHER=node asks for no native launcher';
  const name = `@aiflow/process-${process.platform}-${process.arch}`;
  try {
    createRequire(import.meta.resolve('@aiflow/process')).resolve(`${name}/package.json`);
    return null;
  } catch {
    return `the native launcher, ${name}, is not installed`;
  }
}
