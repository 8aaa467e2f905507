import { describe, expect, it } from 'vitest';
import {
  AIFlowError,
  describeProblem,
  errorCode,
  isAIFlowError,
  messageOf,
  problemsError,
} from '../src/index.ts';

describe('an error of ours', () => {
  it('carries code, context and cause, and is known by its brand and its code', () => {
    const cause = new Error('why');
    const error = new AIFlowError('project.not_found', 'no project', { context: { path: 'x' }, cause });
    expect(error).toMatchObject({
      name: 'AIFlowError',
      code: 'project.not_found',
      context: { path: 'x' },
      cause,
    });
    expect(isAIFlowError(error)).toBe(true);
    expect(isAIFlowError(error, 'project.not_found')).toBe(true);
    expect(isAIFlowError(error, 'project.other')).toBe(false);
    expect(Object.keys(error)).not.toContain('brand');
  });

  it('is known also when another copy of this package made it', () => {
    const foreign = Object.assign(new Error('text'), {
      [Symbol.for('aiflow.error')]: true,
      code: 'some.code',
    });
    expect(isAIFlowError(foreign, 'some.code')).toBe(true);
  });

  it.each([null, undefined, 'project.not_found', new Error('x'), { code: 'project.not_found' }])(
    'is not %o',
    (value) => {
      expect(isAIFlowError(value)).toBe(false);
    },
  );

  it('says the first of several problems with its place, and how many more there are', () => {
    const problem = (line: number | null) => ({
      file: 'a.yaml',
      line,
      column: null,
      key: null,
      message: 'wrong',
    });
    const error = problemsError('config.invalid', [problem(3), problem(null), problem(9)]);
    expect(error.message).toBe('a.yaml:3: wrong (and 2 more)');
    expect(error.problems).toHaveLength(3);
    expect(describeProblem(problem(null))).toBe('a.yaml: wrong');
    expect(describeProblem({ file: null, line: null, column: null, key: null, message: 'alone' })).toBe(
      'alone',
    );
  });

  it('gives the message of anything on one line, and the code of what has one', () => {
    expect(messageOf(new Error('one\n  two'))).toBe('one two');
    expect(messageOf('text')).toBe('text');
    expect(errorCode(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBe('ENOENT');
    expect(errorCode(new Error('none'))).toBeNull();
    expect(errorCode(null)).toBeNull();
  });
});
