from __future__ import annotations

import json
import math
from typing import Any, Optional

LARGEST_RESULT = 64 * 1024


def as_result(value: Any) -> Optional[Any]:
    """The value as the node's result, or None: not plain JSON, too large, or nothing that JSON's readers would keep."""
    if value is None or not _is_plain(value):
        return None
    return value if len(json.dumps(value, ensure_ascii=False)) <= LARGEST_RESULT else None


def _is_plain(value: Any) -> bool:
    if value is None or isinstance(value, (str, bool)):
        return True
    if isinstance(value, int):
        return abs(value) < 2**53
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return isinstance(value, dict) and all(isinstance(key, str) and _is_plain(value[key]) for key in value)


def as_field(value: Any) -> Any:
    """A field of a row as JSON: what has no form of its own there is its text."""
    if isinstance(value, (list, tuple)):
        return [as_field(each) for each in value]
    if isinstance(value, dict):
        return {str(key): as_field(each) for key, each in value.items()}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if _is_plain(value) else str(value)
