import { statSync } from 'node:fs';
import { AIFlowError } from '@aiflow/core';
import { findProgram } from './executable.ts';
import type { ProcessSpec } from './launcher.ts';

/** Finds what can be known to fail before anything is begun; gives `argv` with the program's absolute path. */
export function checkSpec(spec: ProcessSpec): string[] {
  const [name, ...rest] = spec.argv;
  if (statSync(spec.cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw launchFailed(
      spec,
      'ENOENT',
      `its working directory ${spec.cwd} is not a directory: create it first`,
    );
  }
  const program = findProgram(name, spec.cwd, spec.environment);
  if ('path' in program) return [program.path, ...rest];
  const fix = {
    ENOENT: name.includes('/')
      ? 'there is no such file: correct the path'
      : 'it is not on the PATH: install it or extend PATH',
    EACCES: 'the file may not be executed: set its executable bit',
    EISDIR: 'that is not a file: name the program itself',
  }[program.reason];
  throw launchFailed(spec, program.reason, fix ?? `the system says ${program.reason}`);
}

export function launchFailed(spec: ProcessSpec, reason: string, why: string, cause?: unknown): AIFlowError {
  const program = spec.argv[0];
  return new AIFlowError('process.launch_failed', `cannot start ${JSON.stringify(program)}: ${why}`, {
    context: { reason, program, cwd: spec.cwd },
    cause,
  });
}
