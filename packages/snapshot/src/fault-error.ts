import { AIFlowError } from '@aiflow/core';
import type { Fault } from './fault.ts';

/** The error that a fault of the project's or this machine's files is; what is corrupt is said by who read it. */
export function errorOfFault(fault: Exclude<Fault, { kind: 'corrupt' }>): AIFlowError {
  const { path } = fault;
  if (fault.kind === 'changed') {
    return new AIFlowError(
      'blob.changed',
      `"${path}" is not what it was when the snapshot's manifest was made (${fault.why}): make the snapshot again`,
      { context: { path } },
    );
  }
  const { message, systemCode } = fault;
  if (fault.kind === 'unreadable') {
    return new AIFlowError('blob.unreadable', `"${path}" of the project cannot be read: ${message}`, {
      context: { path, systemCode },
    });
  }
  const taken = systemCode === 'EEXIST' ? ' (this file system takes two of its names for one)' : '';
  return new AIFlowError(
    'blob.local_failed',
    `the snapshot's "${path}" cannot be made on this machine${taken}: ${message}`,
    { context: { path, systemCode } },
  );
}
