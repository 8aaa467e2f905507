from __future__ import annotations

import importlib
import os
import traceback
from types import CodeType
from typing import Any, Optional

LONGEST_TEXT = 2_000
LONGEST_TRACEBACK = 16_000

_own_directory = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep
_importlib = os.path.realpath(importlib.__file__ or "")


class JobError(Exception):
    """A failure that is ours to explain: no user code was wrong at any line."""

    def __init__(self, code: str, message: str, **context: Any) -> None:
        super().__init__(message)
        self.code = code
        self.context = context


class WrongSignature(Exception):
    """A method of the user's could not be called with what it is given, which its cause, a TypeError, explains.
    That one's traceback has no line of the user's, so where the method is defined stands in for it."""

    def __init__(self, method: CodeType) -> None:
        super().__init__(method.co_name)
        self.method = method


def describe(error: BaseException, phase: str, node: str, project_dir: str) -> dict[str, Any]:
    """What goes into the result's ``error``: for an exception, file and line first. Never throws: a description that
    fails, as it may when memory ran out, must not keep processors from being closed."""
    try:
        return describe_fully(error, phase, node, project_dir)
    except Exception as broken:
        message = f'{type(error).__name__} in {phase} of node "{node}", and describing it failed: {type(broken).__name__}'
        return {"code": "python.exception", "message": message, "context": {"node_id": node, "phase": phase}}


def describe_fully(error: BaseException, phase: str, node: str, project_dir: str) -> dict[str, Any]:
    at = {"node_id": node, "phase": phase}
    if isinstance(error, JobError):
        return {"code": error.code, "message": one_line(error.args[0]), "context": {**at, **error.context}}
    method: Optional[CodeType] = None
    if isinstance(error, WrongSignature) and error.__cause__ is not None:
        method, error = error.method, error.__cause__
    place = place_of(error, project_dir, method)
    where = {} if place is None else {"file": place[0], "line": place[1]}
    prefix = "" if place is None else f"{place[0]}:{place[1]}: "
    if isinstance(error, SystemExit):
        message = f'{prefix}{phase} of node "{node}" ended Python with sys.exit({error.code!r}) before the job was done'
        return {"code": "python.exit", "message": one_line(message), "context": {**where, **at}}
    name = type(error).__qualname__ if type(error).__module__ in ("builtins", "__main__") else qualified(type(error))
    text = one_line(text_of(error))
    message = f'{prefix}{name}: {text}' if text else f"{prefix}{name}"
    return {
        "code": "python.exception",
        "message": f'{message} (in {phase} of node "{node}")',
        "context": {**where, **at, "exception": name, "text": text, "traceback": traceback_of(error, project_dir, method)},
    }


def place_of(error: BaseException, project_dir: str, method: Optional[CodeType]) -> Optional[tuple[str, int]]:
    """The innermost line of the user's own: in the project, rather than in its dependencies, rather than elsewhere."""
    root = os.path.realpath(project_dir) + os.sep
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        file = os.path.realpath(error.filename)
        if file.startswith(root):
            return shown(file, root), error.lineno
    frames = [(os.path.realpath(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    if method is not None:
        frames.append((os.path.realpath(method.co_filename), method.co_firstlineno))
    frames = [(file, line) for file, line in frames if not is_own(file)]
    in_project = [place for place in frames if place[0].startswith(root)]
    first_hand = [place for place in in_project if not place[0].startswith(root + "dependencies" + os.sep)]
    for places in (first_hand, in_project, frames):
        if places:
            file, line = places[-1]
            return shown(file, root), line
    return None


def shown(file: str, root: str) -> str:
    return file[len(root) :].replace(os.sep, "/") if file.startswith(root) else file


def is_own(file: str) -> bool:
    """Whether a frame is the runner's or the import system's and not the user's."""
    return file.startswith(_own_directory) or "<frozen " in file or file == _importlib


def traceback_of(error: BaseException, project_dir: str, method: Optional[CodeType]) -> str:
    """Python's own traceback without our frames, so that it begins in user code; files relative to the project.

    Of a long one the end is kept, which says what happened."""
    described = traceback.TracebackException.from_exception(error)
    if method is not None:
        described.stack.append(traceback.FrameSummary(method.co_filename, method.co_firstlineno, method.co_name))
    trim(described)
    text = "".join(described.format())
    for directory in {project_dir, os.path.realpath(project_dir)}:
        text = text.replace(f'File "{directory}{os.sep}', 'File "')
    return text if len(text) <= LONGEST_TRACEBACK else "…\n" + text[-LONGEST_TRACEBACK:]


def trim(described: traceback.TracebackException) -> None:
    pending: list[Any] = [described]
    seen: set[int] = set()
    while pending:
        part = pending.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        part.stack[:] = [frame for frame in part.stack if not is_own(os.path.realpath(frame.filename))]
        # `exceptions`: the members of an exception group, from Python 3.11 on.
        pending += [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or [])]


def qualified(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:
        # A user's __str__ can be wrong as well, and must not hide that there was an error.
        return f"<its text could not be made: {type(broken).__name__}>"


def one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + "…"


def print_failure(failure: dict[str, Any]) -> None:
    """Puts the same into the log, where people look first; user code may have closed or replaced ``sys.stderr``."""
    text = failure["context"].get("traceback") or failure["message"] + "\n"
    os.write(2, text.encode("utf-8", "backslashreplace"))
