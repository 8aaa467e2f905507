-- How late flights arrive, by the hour in which they depart. A flight is late from a quarter of an hour on.
CREATE TEMPORARY TABLE flights (
  delay INT,
  distance INT,
  `time` DOUBLE
) WITH (
  'connector' = 'filesystem',
  'path' = '${AIFLOW_EXECUTION_DIR}/flights.jsonl',
  'format' = 'json'
);

CREATE TEMPORARY TABLE delays (
  departure INT,
  flights BIGINT,
  minutes BIGINT,
  late BIGINT
) WITH (
  'connector' = 'filesystem',
  'path' = '${AIFLOW_EXECUTION_DIR}/delays',
  'format' = 'csv'
);

INSERT INTO delays
SELECT
  CAST(FLOOR(`time`) AS INT),
  COUNT(*),
  SUM(CAST(delay AS BIGINT)),
  SUM(CASE WHEN delay >= 15 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END)
FROM flights
GROUP BY CAST(FLOOR(`time`) AS INT);
