from __future__ import annotations

from types import AsyncGeneratorType, CodeType, CoroutineType, GeneratorType
from typing import Any, Callable, Optional

from aiflow._run.failure import JobError, WrongSignature

GENERATOR = "has a yield in it, so that nothing of it runs: return the value, or make a generator in another function"


def call(function: Callable[..., Any], name: str, node: str, *arguments: Any) -> Any:
    """What the user's method returns; an error when no line of it ran, which must not pass for success."""
    try:
        returned = function(*arguments)
    except TypeError as error:
        code = getattr(function, "__code__", None)
        at_the_call = error.__traceback__ is not None and error.__traceback__.tb_next is None
        if at_the_call and isinstance(code, CodeType):
            raise WrongSignature(code) from error
        raise
    problem = why_nothing_ran(function, returned)
    if problem is not None:
        raise JobError("python.invalid_output", f'{name}() of node "{node}" {problem}')
    return returned


def why_nothing_ran(function: Callable[..., Any], returned: Any) -> Optional[str]:
    if isinstance(returned, (CoroutineType, AsyncGeneratorType)):
        return "is async: define it without async"
    # Another function's generator is a value that nodes may hand on; only the method's own means that it did not run.
    if isinstance(returned, GeneratorType):
        import inspect  # here, because it is slow to load and hardly a job needs it

        if returned.gi_code is getattr(inspect.unwrap(function), "__code__", None):
            return GENERATOR
    return None
