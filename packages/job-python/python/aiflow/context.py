from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Mapping, Optional, Union

from aiflow import datasets, events


class ExecutionContext:
    """Where and as what a node runs. Each node has its own. For a test of a processor, make one with the few
    facts that the processor looks at: ``ExecutionContext(config={"seed": 1}, execution_dir=tmp_path)``."""

    #: The node's name, and what the workflow's definition gave to ``python('module:Class', config)``.
    node_name: str
    config: Mapping[str, Any]

    project_name: str
    workflow_name: str
    job_name: str
    workflow_execution_id: str
    #: Unique over all executions; the number counts the attempts of this job in this execution, from 1.
    attempt_id: str
    attempt_number: int
    #: The context that the execution was started with, or None.
    execution_context: Optional[str]
    #: The parameters that the execution was started with.
    parameters: Mapping[str, Any]

    #: The snapshot of the project: shared and read-only.
    project_dir: Path
    #: New for each attempt; the process starts in it.
    working_dir: Path
    #: Shared by the jobs of one execution on this machine: where one job leaves files for the next.
    execution_dir: Path
    log_dir: Path
    outbox_dir: Path

    def __init__(
        self,
        *,
        node_name: str = "node",
        config: Optional[Mapping[str, Any]] = None,
        project_name: str = "project",
        workflow_name: str = "workflow",
        job_name: str = "job",
        workflow_execution_id: str = "execution",
        attempt_id: str = "attempt",
        attempt_number: int = 1,
        execution_context: Optional[str] = None,
        parameters: Optional[Mapping[str, Any]] = None,
        project_dir: Union[str, os.PathLike[str]] = ".",
        working_dir: Union[str, os.PathLike[str]] = ".",
        execution_dir: Union[str, os.PathLike[str]] = ".",
        log_dir: Union[str, os.PathLike[str]] = ".",
        outbox_dir: Union[str, os.PathLike[str]] = ".",
    ) -> None:
        self.node_name = node_name
        self.config = {} if config is None else config
        self.project_name = project_name
        self.workflow_name = workflow_name
        self.job_name = job_name
        self.workflow_execution_id = workflow_execution_id
        self.attempt_id = attempt_id
        self.attempt_number = attempt_number
        self.execution_context = execution_context
        self.parameters = {} if parameters is None else parameters
        self.project_dir = Path(project_dir)
        self.working_dir = Path(working_dir)
        self.execution_dir = Path(execution_dir)
        self.log_dir = Path(log_dir)
        self.outbox_dir = Path(outbox_dir)

    def publish_event(
        self, key: str, value: str, event_type: str = "UNDEFINED", namespace: str = "default"
    ) -> None:
        """Publishes an event, with this job as its sender. It is on disk when this returns, and reaches the
        scheduler once, also if the job crashes after that."""
        event = {"key": key, "value": value, "event_type": event_type, "namespace": namespace}
        for name, part in event.items():
            if not isinstance(part, str):
                raise TypeError(
                    f"an event's {name} must be a str, not {type(part).__name__}: use str(…) or json.dumps(…)"
                )
        events.put_into_outbox(self.outbox_dir, event)

    def read_dataset(self, uri: Union[str, os.PathLike[str]], format: Optional[str] = None) -> Any:
        """Reads a ``csv`` (a list with a dict of strings per row), ``json`` (any value) or ``jsonl`` (a list) file.

        ``uri`` is a path or a ``file:///…`` URI. A relative path is looked for in ``execution_dir`` first, where
        earlier jobs wrote, then in the project. The format follows from the file's name unless it is given.
        """
        path = datasets.path_of(os.fspath(uri))
        written, own = self.execution_dir / path, self.project_dir / path
        if not written.exists() and not own.exists():
            places = str(path) if path.is_absolute() else f"{path} in {self.execution_dir} or {self.project_dir}"
            raise FileNotFoundError(f"there is no dataset {places}")
        return datasets.read_file(written if written.exists() else own, format)

    def write_dataset(self, uri: Union[str, os.PathLike[str]], data: Any, format: Optional[str] = None) -> Path:
        """Writes what ``read_dataset`` reads, and returns its path. A relative path lies in ``execution_dir``, and
        its directories are made; the file appears when it is whole. The columns of a ``csv`` are the keys of all
        rows, in the order in which they first appear."""
        path = self.execution_dir / datasets.path_of(os.fspath(uri))
        datasets.write_file(path, data, format)
        return path
