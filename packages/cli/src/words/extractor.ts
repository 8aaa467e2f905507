import type { ContextExtractor } from '@aiflow/core';

/** Which executions an event belongs to, as a sentence. */
export function spellExtractor(extractor: ContextExtractor | null): string {
  if (extractor === null) return 'an event belongs to all of its executions';
  if (extractor.kind === 'module') {
    return `an event belongs to the executions that the function ${extractor.exportName} of ${extractor.module} names`;
  }
  const { field, pointer } = extractor;
  const context = pointer === null ? `its ${field}` : `what stands at ${pointer} of the JSON in its ${field}`;
  return `an event belongs to the executions whose context is ${context}`;
}
