from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Mapping, Optional

if TYPE_CHECKING:
    from pyflink.table import StatementSet, TableEnvironment

_numbers = itertools.count()


class FlinkContext:
    """Where and as what a node runs. The table environment and the statement set are those of the whole job: what one
    node registers, the next one finds, and all INSERTs are one job on the cluster."""

    table_env: TableEnvironment
    statement_set: StatementSet

    #: The node's name, and what the workflow's definition gave to ``flinkPython('module:Class', config)``.
    node_name: str
    config: Mapping[str, Any]

    project_name: str
    workflow_name: str
    job_name: str
    #: ``BATCH`` or ``STREAM``.
    exec_mode: str
    workflow_execution_id: str
    attempt_id: str
    attempt_number: int
    execution_context: Optional[str]
    parameters: Mapping[str, Any]
    project_dir: Path
    working_dir: Path
    execution_dir: Path
    outbox_dir: Path

    def __init__(
        self, table_env: Any, statement_set: Any, node_name: str, config: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> None:
        self.table_env = table_env
        self.statement_set = statement_set
        self.node_name = node_name
        self.config = config
        for name, value in facts.items():
            setattr(self, name, Path(value) if name.endswith("_dir") else value)

    @property
    def execution_env(self) -> TableEnvironment:
        """AIFlow's older name for ``table_env``."""
        return self.table_env

    def publish_event(
        self, key: str, value: str, event_type: str = "UNDEFINED", namespace: str = "default"
    ) -> None:
        """Publishes an event, with this job as its sender. It is on disk when this returns."""
        event = {"key": key, "value": value, "event_type": event_type, "namespace": namespace}
        for name, part in event.items():
            if not isinstance(part, str):
                raise TypeError(f"an event's {name} must be a str, not {type(part).__name__}")
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers):06d}.json"
        write_atomically(self.outbox_dir / name, json.dumps(event, ensure_ascii=False))


def write_atomically(path: Path, text: str) -> None:
    """Writes a file that nobody can see before it is whole: under a hidden name, then renamed."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    hidden.write_text(text, encoding="utf-8")
    os.replace(hidden, path)
