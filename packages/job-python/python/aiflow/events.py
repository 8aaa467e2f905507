from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import Literal, get_args

from aiflow.atomic_file import write_atomically

#: What happens to a version of a model.
ModelVersionEvent = Literal[
    "MODEL_GENERATED", "MODEL_VALIDATED", "MODEL_DEPLOYED", "MODEL_DEPRECATED", "MODEL_DELETED"
]

# Two events of one process in the same nanosecond still get two names, in the order of publishing.
_numbers = itertools.count()


def put_into_outbox(outbox: Path, event: dict[str, str]) -> None:
    """Writes one file into the outbox; names sort in the order of publishing."""
    name = f"{time.time_ns():020d}-{os.getpid()}-{next(_numbers):06d}.json"
    write_atomically(outbox / name, json.dumps(event, ensure_ascii=False))


def check_model_version_event(event: str) -> None:
    known = get_args(ModelVersionEvent)
    if event in known:
        return
    import difflib  # here, because a job that makes no mistake should not load it

    close = difflib.get_close_matches(str(event).upper(), known, n=1)
    hint = f': did you mean "{close[0]}"?' if close else ""
    raise ValueError(f"a model version's event must be one of {', '.join(known)}, not {event!r}{hint}")
