import { expect, test } from 'vitest';
import { rootCause } from '../src/root-cause.ts';

test('the root of a stack trace is its last cause', () => {
  const trace = `org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy
\tat org.apache.flink.runtime.Handler.handle(Handler.java:213)
\t... 4 more
Caused by: java.lang.IllegalStateException: on purpose
\tat fixture.Count$Step.map(Count.java:38)
`;
  expect(rootCause(trace)).toEqual({
    name: 'java.lang.IllegalStateException',
    message: 'IllegalStateException: on purpose',
  });
});

test('what REST wraps around a trace is no part of it', () => {
  const answer = `Internal server error.
<Exception on server side:
java.util.concurrent.CompletionException: org.apache.flink.client.program.ProgramInvocationException: The program's entry point class 'a.B' was not found in the jar file.
\tat org.apache.flink.X.y(X.java:1)
Caused by: java.lang.ClassNotFoundException: a.B
\tat java.base/java.net.URLClassLoader.findClass(URLClassLoader.java:445)

End of exception on server side>`;
  expect(rootCause(answer).message).toBe('ClassNotFoundException: a.B');
});

test('a message of several lines is one line', () => {
  const trace = `org.apache.flink.table.api.ValidationException: SQL validation failed.
at line 2,
column 3
\tat a.B.c(B.java:1)`;
  expect(rootCause(trace).message).toBe('ValidationException: SQL validation failed. at line 2, column 3');
});

test('a root that says nothing yields to the one above it', () => {
  const trace = `a.b.CException: it broke
\tat x.Y.z(Y.java:1)
Caused by: java.util.concurrent.TimeoutException
\tat x.Y.z(Y.java:1)`;
  expect(rootCause(trace).message).toBe('CException: it broke');
  expect(rootCause('java.lang.NullPointerException\n\tat a.B.c(B.java:1)').message).toBe(
    'NullPointerException',
  );
});

test('what is no stack trace is shown as it is', () => {
  expect(rootCause('no  such\nthing')).toEqual({ name: '', message: 'no such thing' });
  expect(rootCause('')).toEqual({ name: '', message: 'it said nothing' });
});
