from __future__ import annotations

import traceback
from typing import Any


class NodeFailure(Exception):
    """What went wrong, as the result file says it."""

    def __init__(self, code: str, message: str, **context: Any) -> None:
        super().__init__(message)
        self.code = code
        self.context = context

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": str(self), "context": self.context}


def in_node(node_id: str, phase: str, error: BaseException) -> NodeFailure:
    """A failure of the user's code, or of Flink below it."""
    if isinstance(error, NodeFailure):
        return error
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "aiflow_flink" not in frame.filename]
    place = f"{frames[0].filename.rsplit('/', 1)[-1]}:{frames[0].lineno}: " if frames else ""
    message = f'node "{node_id}", {phase}: {place}{root_of(error)}'
    return NodeFailure("flink.python_failed", message, node_id=node_id, phase=phase, traceback=text[-16000:])


def root_of(error: BaseException) -> str:
    """The root of a Java exception in one line, or Python's own words."""
    java = getattr(error, "java_exception", None)
    if java is None:
        return f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
    while java.getCause() is not None:
        java = java.getCause()
    return " ".join(str(java.toString()).split())[:500]
