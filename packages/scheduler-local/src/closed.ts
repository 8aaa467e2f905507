import { AIFlowError } from '@aiflow/core';

/** What every call gets before `start` and after `close`. */
export function closed(): AIFlowError {
  return new AIFlowError(
    'scheduler.closed',
    'the scheduler is not open: call start() first, and nothing after close()',
  );
}
