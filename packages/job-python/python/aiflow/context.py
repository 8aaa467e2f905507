from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Mapping, Optional, Union

from aiflow import datasets, events
from aiflow.events import ModelVersionEvent
from aiflow.resources import Dataset, Model

#: A node's dataset, or a path or URI.
DatasetReference = Union[str, "os.PathLike[str]", Dataset, None]


class ExecutionContext:
    """Where and as what a node runs. Each node has its own. For a test of a processor, make one with the few
    facts that the processor looks at: ``ExecutionContext(config={"seed": 1}, execution_dir=tmp_path)``."""

    #: The node's name, and what the workflow's definition gave to ``python('module:Class', config)``.
    node_name: str
    config: Mapping[str, Any]
    #: Which operator of the definition the node is: ``read_dataset``, ``train`` …; ``user_define_operation`` for a
    #: plain ``job.node``. What the operator was given follows; None when it was not said.
    operation: str
    dataset: Optional[Dataset]
    model: Optional[Model]
    model_version: Optional[str]
    base_model: Optional[Model]
    base_model_version: Optional[str]

    project_name: str
    workflow_name: str
    job_name: str
    #: ``BATCH`` or ``STREAM``.
    exec_mode: str
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
        operation: str = "user_define_operation",
        dataset: Optional[Dataset] = None,
        model: Optional[Model] = None,
        model_version: Optional[str] = None,
        base_model: Optional[Model] = None,
        base_model_version: Optional[str] = None,
        project_name: str = "project",
        workflow_name: str = "workflow",
        job_name: str = "job",
        exec_mode: str = "BATCH",
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
        self.operation = operation
        self.dataset = dataset
        self.model = model
        self.model_version = model_version
        self.base_model = base_model
        self.base_model_version = base_model_version
        self.project_name = project_name
        self.workflow_name = workflow_name
        self.job_name = job_name
        self.exec_mode = exec_mode
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

    def publish_model_version(
        self,
        model: Union[str, Model],
        version: str,
        event: ModelVersionEvent = "MODEL_GENERATED",
        namespace: str = "default",
    ) -> None:
        """Publishes what happened to a version of a model, for whoever waits for it with ``modelVersion(…)``: an event
        with the model's name as its key, and the version as its value. The namespace is that which the condition
        names. ValueError for an event that is none."""
        events.check_model_version_event(event)
        self.publish_event(model.name if isinstance(model, Model) else model, version, event, namespace)

    def read_dataset(self, dataset: DatasetReference, format: Optional[str] = None) -> Any:
        """Reads a ``csv`` (a list with a dict of strings per row), ``json`` (any value) or ``jsonl`` (a list) file.

        ``dataset`` is ``context.dataset``, a path or a ``file:///…`` URI. A relative path is looked for in
        ``execution_dir`` first, where earlier jobs wrote, then in the project. The format is the dataset's, or else
        follows from the file's name, unless it is given.
        """
        found = self._dataset(dataset)
        if not found.path.exists():
            raise FileNotFoundError(f"there is no dataset {found.name}: looked for {' and '.join(map(str, found.places()))}")
        return datasets.read_file(found.path, format or found.format)

    def write_dataset(self, dataset: DatasetReference, data: Any, format: Optional[str] = None) -> Path:
        """Writes what ``read_dataset`` reads, and returns its path. A relative path lies in ``execution_dir``, and
        its directories are made; the file appears when it is whole. The columns of a ``csv`` are the keys of all
        rows, in the order in which they first appear."""
        found = self._dataset(dataset)
        path = found.places()[0]
        datasets.write_file(path, data, format or found.format)
        return path

    def _dataset(self, dataset: DatasetReference) -> Dataset:
        if dataset is None:
            raise ValueError("this node has no dataset: give it one in the definition, as job.readDataset(…, { dataset })")
        if isinstance(dataset, Dataset):
            return dataset
        return Dataset.within(os.fspath(dataset), (self.execution_dir, self.project_dir))
