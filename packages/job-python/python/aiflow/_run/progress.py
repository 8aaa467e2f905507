from __future__ import annotations

import os
from pathlib import Path


class Progress:
    """What the process is at, kept in a small file for the case that it ends without a word."""

    WIDTH = 256

    def __init__(self, path: Path) -> None:
        # Python's files are not inherited by child processes, so nobody else writes it.
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self.phase = "load"
        self.node = ""

    def enter(self, phase: str, node: str) -> None:
        self.phase, self.node = phase, node
        os.pwrite(self._file, f"{phase} {node}".encode().ljust(self.WIDTH), 0)
