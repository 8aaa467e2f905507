from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping, NamedTuple, Optional

from aiflow.datasets import path_of


class Column(NamedTuple):
    name: str
    #: By AIFlow's names: ``INT64``, ``FLOAT32ARRAY``, ``STRING`` ….
    type: str


class Dataset(NamedTuple):
    """Data that a node reads or writes, as the workflow's definition says it."""

    name: str
    #: What the definition says, with every ``${NAME}`` resolved.
    uri: str
    format: Optional[str] = None
    #: The columns in order; None when they are not said.
    schema: Optional[list[Column]] = None
    properties: Mapping[str, Any] = {}
    #: Where it may lie on this machine; made from ``uri`` unless it is said.
    paths: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies on this machine now. A relative URI is looked for in ``execution_dir`` first, where jobs write,
        then in the project; a node that writes it gets the place in ``execution_dir``, in a directory that is there.
        ValueError for a dataset elsewhere, as behind ``s3://``: read that by its ``uri``."""
        paths = self.places()
        return next((path for path in paths if path.exists()), paths[-1])

    def places(self) -> tuple[Path, ...]:
        """Where it may lie: never empty, and the first is where it is written. ValueError as for ``path``."""
        return self.paths or (path_of(self.uri),)

    @classmethod
    def within(cls, uri: str, directories: tuple[Path, ...]) -> Dataset:
        """A dataset of which only the path or URI is known; a relative one belongs to the directories."""
        relative = path_of(uri)
        # An absolute path is the same within each of them.
        paths = dict.fromkeys(directory / relative for directory in directories)
        return cls(name=uri, uri=uri, paths=tuple(paths))


class Model(NamedTuple):
    """A model that a node trains or uses, as the workflow's definition says it."""

    name: str
    type: Optional[str] = None
    properties: Mapping[str, Any] = {}
