from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiflow.context import ExecutionContext


class PythonProcessor:
    """What a node does. A class with a ``process`` method and no required constructor argument is one, too,
    without inheriting from this.

    All nodes of a job live in one Python process: first every ``open``, then every ``process`` in the order of the
    data edges, then every ``close``, the last opened first.
    """

    def open(self, context: ExecutionContext) -> None:
        """Called once, before any node of the job processes."""

    def process(self, context: ExecutionContext, inputs: list[Any]) -> Any:
        """Called once, with the values of the node's inputs by port.

        The value returned goes to the nodes behind this one, as the same object for each of them. A node with
        several outputs returns a list or a tuple of exactly as many.

        What is plain JSON also becomes the node's result, which the scheduler keeps and shows: up to 64 KiB, or up to
        4 KiB of a value that another node takes. None and anything else become none, which is no error; so does a
        value that holds a NaN, an infinity or an integer beyond ±(2**53 - 1), which readers of JSON would change.

        A process that is async or has a yield in it is an error: nothing of it would run.
        """
        raise NotImplementedError(f"{type(self).__qualname__} must define process(self, context, inputs)")

    def close(self, context: ExecutionContext) -> None:
        """Called once if ``open`` returned, whatever happened since: also after an error, here or in another node,
        and when the job is stopped (within ``stop_grace_seconds``)."""
