from __future__ import annotations

import json
from typing import Any, Optional

#: In bytes of UTF-8. A node's result is stored and shown by the scheduler: what no other node takes is meant for that,
#: what flows on is data as a rule, and a result only when it is short.
LARGEST = 64 * 1024
LARGEST_FLOWING = 4 * 1024

#: JSON's readers, JavaScript first, keep a number as a double: an integer beyond this would arrive as another one.
LARGEST_INTEGER = 2**53 - 1

_encoder = json.JSONEncoder(allow_nan=False, ensure_ascii=False)


def json_text(value: Any, largest: int) -> Optional[str]:
    """The value as JSON, or None when it is none or too large. Looks at little more than ``largest`` bytes of it."""
    if isinstance(value, str) and len(value) > largest:
        return None
    parts: list[str] = []
    size = 0
    try:
        for part in _encoder.iterencode(value):
            size += len(part.encode("utf-8"))
            if size > largest:
                return None
            parts.append(part)
        text = "".join(parts)
        json.loads(text, parse_int=check_integer)
    except (TypeError, ValueError, RecursionError):
        return None  # not JSON: an object of some class, a NaN, an integer too large, a circle, a lone surrogate
    return text


def check_integer(digits: str) -> None:
    if abs(int(digits)) > LARGEST_INTEGER:
        raise ValueError("an integer that a double does not hold")
