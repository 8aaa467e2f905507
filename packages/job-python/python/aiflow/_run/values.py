from __future__ import annotations

import json
from typing import Any, Optional

#: In bytes of UTF-8. A node's result is shown and stored by the scheduler; data goes into files.
LARGEST = 64 * 1024

_encoder = json.JSONEncoder(allow_nan=False, ensure_ascii=False)


def json_text(value: Any) -> Optional[str]:
    """The value as JSON, or None when it is none or too large. Looks at little more than ``LARGEST`` bytes of it."""
    if isinstance(value, str) and len(value) > LARGEST:
        return None
    parts: list[str] = []
    size = 0
    try:
        for part in _encoder.iterencode(value):
            size += len(part.encode("utf-8"))
            if size > LARGEST:
                return None
            parts.append(part)
    except (TypeError, ValueError, RecursionError):
        return None  # not JSON: an object of some class, a NaN, a circle, a lone surrogate
    return "".join(parts)
