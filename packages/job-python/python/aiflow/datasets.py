"""Small datasets in files: ``csv`` (a dict per row, every value a string), ``json`` and ``jsonl`` (a value per line)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable, Optional
from urllib.parse import unquote, urlsplit

from aiflow.atomic_file import write_atomically

FORMATS = ("csv", "json", "jsonl")


def read_file(path: Path, format: Optional[str]) -> Any:
    kind = format_of(path, format)
    if kind == "csv":
        import csv  # here, because a job that needs no csv should not load it

        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    text = path.read_text(encoding="utf-8")
    if kind == "json":
        return json.loads(text)
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def write_file(path: Path, data: Any, format: Optional[str]) -> None:
    kind = format_of(path, format)
    if kind == "csv":
        text = csv_text(data)
    elif kind == "json":
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    else:
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in data)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)


def csv_text(rows: Iterable[Any]) -> str:
    import csv
    import io

    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def format_of(path: Path, format: Optional[str]) -> str:
    found = format or path.suffix.lstrip(".").lower()
    if found not in FORMATS:
        raise ValueError(f"a dataset's format must be one of {', '.join(FORMATS)}, not {found!r} ({path}): pass format=…")
    return found


def path_of(uri: str) -> Path:
    """The path that a path or a ``file://`` URI names; ValueError for any other scheme."""
    parts = urlsplit(uri)
    if "://" not in uri:
        return Path(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError(f"a dataset is a path or a file:///… URI on this machine, not {uri!r}")
    return Path(unquote(parts.path))
