import type { AIFlowError, Problem } from '../errors.ts';
import { problemsError } from '../errors.ts';

export type SnapshotProblemCode =
  | 'snapshot.changed'
  | 'snapshot.invalid_name'
  | 'snapshot.link_outside'
  | 'snapshot.special_file'
  | 'snapshot.unreadable';

/** Something in a project that a snapshot cannot hold. */
export interface SnapshotProblem {
  readonly code: SnapshotProblemCode;
  readonly path: string;
  readonly message: string;
}

/** All of them in one error: with their code when they share one, else `snapshot.invalid`. */
export function snapshotError(found: readonly SnapshotProblem[]): AIFlowError {
  const sorted = [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
  const problems = sorted.map((one): Problem => ({
    file: one.path,
    line: null,
    column: null,
    key: null,
    message: one.message,
  }));
  const code = sorted.every((one) => one.code === sorted[0]?.code) ? sorted[0]?.code : undefined;
  return problemsError(code ?? 'snapshot.invalid', problems);
}
