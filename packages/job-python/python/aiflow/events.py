from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

from aiflow.atomic_file import write_atomically

# Two events of one process in the same nanosecond still get two names, in the order of publishing.
_numbers = itertools.count()


def put_into_outbox(outbox: Path, event: dict[str, str]) -> None:
    """Writes one file into the outbox; names sort in the order of publishing."""
    name = f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers):06d}.json"
    write_atomically(outbox / name, json.dumps(event, ensure_ascii=False))
