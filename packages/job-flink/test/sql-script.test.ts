import { expect, test } from 'vitest';
import { splitScript } from '../src/sql-script.ts';

const kinds = (script: string): string[] => splitScript(script).map(({ kind, sql }) => `${kind}: ${sql}`);

test('a script is split at its semicolons, and the last may be missing', () => {
  expect(kinds('CREATE TABLE a (x INT);\nINSERT INTO a SELECT 1;SELECT * FROM a')).toEqual([
    'other: CREATE TABLE a (x INT)',
    'insert: INSERT INTO a SELECT 1',
    'query: SELECT * FROM a',
  ]);
});

test('semicolons in texts, names and comments split nothing', () => {
  expect(kinds(`SELECT 'a;b', 'it''s; c', \`d;e\`, "f;g" -- h; i\n FROM t /* j; */;`)).toEqual([
    `query: SELECT 'a;b', 'it''s; c', \`d;e\`, "f;g"  \n FROM t`,
  ]);
});

test('comments are left out and hints are kept', () => {
  expect(kinds(`/* first */ -- second\nSELECT a - b / c /*+ OPTIONS('x'='y') */ FROM t`)).toEqual([
    `query: SELECT a - b / c /*+ OPTIONS('x'='y') */ FROM t`,
  ]);
});

test('the INSERTs of a statement set count by themselves', () => {
  const set = 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;';
  expect(kinds(set)).toEqual(['insert: INSERT INTO a SELECT 1', 'insert: INSERT INTO b SELECT 2']);
  expect(kinds('BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;')).toEqual([
    'insert: INSERT INTO a SELECT 1',
  ]);
  expect(kinds('execute insert overwrite a select 1;')).toEqual(['insert: insert overwrite a select 1']);
});

test.each(['WITH t AS (SELECT 1) SELECT * FROM t', 'VALUES (1), (2)', '(SELECT 1)', 'select 1'])(
  '%s gives rows',
  (sql) => {
    expect(splitScript(sql)).toMatchObject([{ kind: 'query' }]);
  },
);

test.each(['SHOW TABLES', `SET 'a' = 'b'`, 'EXPLAIN SELECT 1', 'SELECTED', 'CREATE TABLE t AS SELECT 1'])(
  '%s is executed as it comes',
  (sql) => {
    expect(splitScript(sql)).toMatchObject([{ kind: 'other' }]);
  },
);

test('each statement knows the line in which it begins', () => {
  const script = '\n-- a comment\nCREATE TABLE a (\n x INT\n);\n\n\nINSERT INTO a SELECT 1;';
  expect(splitScript(script).map(({ line }) => line)).toEqual([3, 8]);
});

test.each(['', ' \n ', ';;', '-- nothing', '/* not closed'])('%j has no statement', (script) => {
  expect(splitScript(script)).toEqual([]);
});

test('a quote that is not closed runs to the end, for Flink to complain of', () => {
  expect(kinds(`SELECT 'a; SELECT 2`)).toEqual([`query: SELECT 'a; SELECT 2`]);
});
