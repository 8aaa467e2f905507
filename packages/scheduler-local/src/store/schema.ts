/** Marks the file as ours (`PRAGMA application_id`): "AIFl" in ASCII. */
export const applicationId = 0x4149466c;

/**
 * The database's history: entry n makes version n + 1 (`PRAGMA user_version`) of version n. Entries that were
 * released never change; a new shape is a new entry at the end, so that databases of every older version still open.
 *
 * Times are milliseconds since 1970. `seq` numbers are ours and rise in the order of creation.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- What was submitted, never changed: an execution keeps the version that it began with.
  CREATE TABLE workflow_versions (
    version_id INTEGER PRIMARY KEY,
    project_name TEXT NOT NULL,
    workflow_name TEXT NOT NULL,
    snapshot_id TEXT NOT NULL,
    snapshot_uri TEXT NOT NULL,
    properties TEXT NOT NULL,
    workflow TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );

  CREATE TABLE workflows (
    project_name TEXT NOT NULL,
    workflow_name TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES workflow_versions,
    is_paused INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (project_name, workflow_name)
  ) WITHOUT ROWID;

  CREATE TABLE executions (
    seq INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL UNIQUE,
    project_name TEXT NOT NULL,
    workflow_name TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES workflow_versions,
    status TEXT NOT NULL,
    reason TEXT,
    context TEXT,
    parameters TEXT NOT NULL,
    idempotency_key TEXT,
    started_at INTEGER,
    ended_at INTEGER
  );
  CREATE INDEX executions_of_workflow ON executions (project_name, workflow_name);
  CREATE INDEX executions_open ON executions (seq) WHERE ended_at IS NULL;
  CREATE UNIQUE INDEX executions_by_key ON executions (project_name, workflow_name, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

  -- The commands to start and stop attempts are not stored apart: an attempt that has begun_at and no end is to be
  -- started or found, and one whose reason is 'stopping' is to be stopped.
  CREATE TABLE attempts (
    seq INTEGER PRIMARY KEY,
    attempt_id TEXT NOT NULL UNIQUE,
    execution_seq INTEGER NOT NULL REFERENCES executions,
    job_name TEXT NOT NULL,
    attempt_number INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    restart INTEGER NOT NULL DEFAULT 0,
    begun_at INTEGER,
    ended_at INTEGER,
    label TEXT,
    log_dir TEXT,
    result_values TEXT,
    error TEXT,
    UNIQUE (execution_seq, job_name, attempt_number)
  );

  -- What a rule has seen since it last fired. rule_index is its place in its workflow version.
  CREATE TABLE rule_states (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    rule_index INTEGER NOT NULL,
    job_name TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (execution_seq, rule_index, job_name)
  ) WITHOUT ROWID;

  CREATE TABLE events (
    version INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    event_type TEXT NOT NULL,
    namespace TEXT NOT NULL,
    sender TEXT,
    context TEXT,
    sequence INTEGER,
    create_time INTEGER NOT NULL
  );
  CREATE INDEX events_by_key ON events (key);
  CREATE UNIQUE INDEX events_by_sequence ON events (sender, sequence) WHERE sequence IS NOT NULL;
  `,
  `
  -- What the rules of an execution remember: that an event meets a comparison. rule and leaf count within its
  -- workflow version.
  DROP TABLE rule_states;
  CREATE TABLE rule_marks (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    rule INTEGER NOT NULL,
    leaf INTEGER NOT NULL,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (execution_seq, rule, leaf, source)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE attempts ADD COLUMN outbox_dir TEXT;

  -- The files of outboxes whose events were taken, until their attempt ends: a crash may leave such a file lying.
  CREATE TABLE outbox_files (
    attempt_seq INTEGER NOT NULL REFERENCES attempts,
    identity TEXT NOT NULL,
    PRIMARY KEY (attempt_seq, identity)
  ) WITHOUT ROWID;
  `,
  `
  -- due_at: when a retry is to begin, or a running attempt is to be stopped because it takes too long. stop_for: why
  -- an attempt is being stopped.
  ALTER TABLE attempts ADD COLUMN retry_number INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempts ADD COLUMN due_at INTEGER;
  ALTER TABLE attempts ADD COLUMN stop_for TEXT;
  UPDATE attempts SET stop_for = CASE restart WHEN 1 THEN 'restart' ELSE 'stop' END WHERE reason = 'stopping';
  ALTER TABLE attempts DROP COLUMN restart;
  `,
  `
  -- How far each schedule of the jobs of a running execution has come: its last tick, or when it was taken up.
  CREATE TABLE job_ticks (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    job_name TEXT NOT NULL,
    schedule INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (execution_seq, job_name, schedule)
  ) WITHOUT ROWID;
  `,
  `
  -- How far each schedule of a submitted workflow has come: its last tick, or when it was taken up. A schedule is
  -- known by its own JSON: one that is changed is another.
  CREATE TABLE workflow_ticks (
    project_name TEXT NOT NULL,
    workflow_name TEXT NOT NULL,
    schedule TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (project_name, workflow_name, schedule)
  ) WITHOUT ROWID;

  -- What the rules of a submitted workflow remember of each context, which is JSON: null for all.
  CREATE TABLE workflow_rule_marks (
    project_name TEXT NOT NULL,
    workflow_name TEXT NOT NULL,
    context TEXT NOT NULL,
    rule INTEGER NOT NULL,
    leaf INTEGER NOT NULL,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (project_name, workflow_name, context, rule, leaf, source)
  ) WITHOUT ROWID;

  -- The events of which a workflow version is still to be told, in their order. One with contexts (JSON) was told to
  -- its executions, and waits for the scheduling of the workflow to be resumed; one with a reason is parked.
  CREATE TABLE untold_events (
    version_id INTEGER NOT NULL REFERENCES workflow_versions,
    event_version INTEGER NOT NULL,
    contexts TEXT,
    reason TEXT,
    PRIMARY KEY (version_id, event_version)
  ) WITHOUT ROWID;
  CREATE INDEX untold_events_waiting ON untold_events (version_id, event_version) WHERE reason IS NULL;
  `,
  `
  -- Whether it may be begun without another commit: then a restart looks for it, also when begun_at is not there.
  ALTER TABLE attempts ADD COLUMN is_granted INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- The jobs of an execution whose scheduling was stopped.
  CREATE TABLE unscheduled_jobs (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    job_name TEXT NOT NULL,
    PRIMARY KEY (execution_seq, job_name)
  ) WITHOUT ROWID;
  `,
  `
  -- The execution that an event was sent in.
  ALTER TABLE events ADD COLUMN workflow_execution_id TEXT;
  `,
  `
  -- What came for executions that wait for others to end: they are told when they begin.
  CREATE TABLE kept_events (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    event_version INTEGER NOT NULL,
    PRIMARY KEY (execution_seq, event_version)
  ) WITHOUT ROWID;
  `,
  `
  -- By which event a rule of an execution last fired, where events are told out of their order.
  CREATE TABLE rule_firings (
    execution_seq INTEGER NOT NULL REFERENCES executions,
    rule INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (execution_seq, rule)
  ) WITHOUT ROWID;
  `,
];
