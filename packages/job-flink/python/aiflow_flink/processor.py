from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiflow_flink.context import FlinkContext


class FlinkPythonProcessor:
    """What a node does. A class with a ``process`` method and no required constructor argument is one, too, without
    inheriting from this. First every ``open``, then every ``process`` in the order of the data edges, then the
    statement set is executed, then every ``close``, the last opened first."""

    def open(self, context: FlinkContext) -> None:
        """Called once, before any node of the job processes."""

    def process(self, context: FlinkContext, inputs: list[Any]) -> Any:
        """Called once, with the values of the node's inputs by port. What it returns goes to the nodes behind it, as
        the same object; a node with several outputs returns a list or tuple of exactly as many. Plain JSON is also the
        node's result. It adds INSERTs to ``context.statement_set`` and leaves executing them to AIFlow."""
        raise NotImplementedError(f"{type(self).__qualname__} must define process(self, context, inputs)")

    def close(self, context: FlinkContext) -> None:
        """Called once if ``open`` returned, whatever happened since. On a cluster the job may still run then."""
