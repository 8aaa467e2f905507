from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Iterable

from aiflow._run.failure import JobError
from aiflow._run.request import Node, Request
from aiflow.processor import PythonProcessor


def load_processor(node: Node, request: Request) -> Any:
    """An instance of the class that the node names. What the user's own code throws meanwhile goes through."""
    module = import_file(node, request) if node.file is not None else import_named(node, request)
    found: Any = module
    for name in node.class_name.split("."):
        if not hasattr(found, name):
            raise missing_class(node, name, found, module, request)
        found = getattr(found, name)
    if not isinstance(found, type) or not defines_process(found):
        what = "a class without a process method" if isinstance(found, type) else f"a {type(found).__name__}"
        raise JobError(
            "python.invalid_processor",
            f'node "{node.id}" names {named(node)}, and that is {what}: '
            "expected a class that defines process(self, context, inputs)",
        )
    return create(node, found)


def defines_process(kind: type) -> bool:
    process = getattr(kind, "process", None)
    return callable(process) and process is not PythonProcessor.process


def create(node: Node, kind: type) -> Any:
    try:
        return kind()
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # from inside the constructor: the user's own error
        raise JobError(
            "python.invalid_processor",
            f'node "{node.id}": {named(node)} cannot be made without arguments ({error}): '
            "read what it needs from context.config in open() or process()",
        ) from None


def import_named(node: Node, request: Request) -> ModuleType:
    name = node.module or ""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, and what it imports is not
    places = [shown(place, request) for place in request.module_path]
    known = [module.name for module in pkgutil.iter_modules(request.module_path)]
    raise JobError(
        "python.not_found",
        f'node "{node.id}" names {named(node)}, and there is no module "{name}" in {", ".join(places)} '
        f"or in Python's own path{suggestion(name, known)}",
        module=name,
        searched=places,
    ) from None


def import_file(node: Node, request: Request) -> ModuleType:
    relative = node.file or ""
    path = request.project_dir / relative
    # One file is one module, whichever nodes name it; the name must not meet that of another module.
    name = f"aiflow_file:{relative}"
    if name in sys.modules:
        return sys.modules[name]
    if not path.is_file():
        beside = [entry.name for entry in path.parent.glob("*.py")] if path.parent.is_dir() else []
        raise JobError(
            "python.not_found",
            f'node "{node.id}" names {named(node)}, and there is no file "{relative}" in the project'
            f"{suggestion(path.name, beside)}",
            file=relative,
        )
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise JobError("python.not_found", f'node "{node.id}": Python cannot load "{relative}" as a module')
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def missing_class(node: Node, name: str, owner: Any, module: ModuleType, request: Request) -> JobError:
    file = getattr(module, "__file__", None)
    where = shown(file, request) if file else "a directory without __init__.py"
    classes = [key for key, value in vars(owner).items() if isinstance(value, type) and not key.startswith("_")]
    holder = f'module "{node.module}" ({where})' if node.module else f'file "{node.file}"'
    return JobError(
        "python.not_found",
        f'node "{node.id}" names {named(node)}, and {holder} has no "{name}"{suggestion(name, classes)}',
        **{"class": node.class_name, "searched": [where]},
    )


def named(node: Node) -> str:
    return f'"{node.module or node.file}:{node.class_name}"'


def shown(place: str, request: Request) -> str:
    """A path for people: relative to the project when it lies in it."""
    path = Path(os.path.normpath(place))
    return path.relative_to(request.project_dir).as_posix() if path.is_relative_to(request.project_dir) else str(path)


def suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f': did you mean "{close[0]}"?' if close else ""
