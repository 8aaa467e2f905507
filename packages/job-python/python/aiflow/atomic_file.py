from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Writes a file that nobody can see before it is whole: under a hidden name, then renamed."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        # newline="": what the caller wrote is what the file holds.
        with open(hidden, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(hidden, path)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
