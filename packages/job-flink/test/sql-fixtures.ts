const numbers = (options: string): string => `
CREATE TEMPORARY TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', ${options}
);
CREATE TEMPORARY TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
`;

/** Ends well, with two rows, and writes on the way. */
export const succeeds = `${numbers(`'fields.n.end' = '3', 'number-of-rows' = '3'`)}
INSERT INTO nowhere SELECT n FROM numbers;
-- The two rows; with a semicolon in a text.
SELECT n, w FROM (VALUES (1, 'a;b'), (2, 'it''s')) AS t (n, w);
`;
export const rows = [
  { n: 1, w: 'a;b' },
  { n: 2, w: "it's" },
];

/** Fails in a task. */
export const fails = `${numbers(`'fields.n.end' = '3', 'number-of-rows' = '3'`)}
INSERT INTO nowhere SELECT 10 / (n - n) FROM numbers;
`;

/** Runs for hours. */
export const runsLong = `${numbers(`'fields.n.end' = '1000000', 'number-of-rows' = '1000000', 'rows-per-second' = '10'`)}
INSERT INTO nowhere SELECT n FROM numbers;
`;
