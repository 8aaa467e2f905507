from __future__ import annotations

import os
import signal
import sys
from typing import Any


class Stopped(BaseException):
    """Raised where the main thread is when the job is asked to stop. Not an Exception: user code that catches those
    does not catch it, and its ``finally`` blocks run."""


class StopSignal:
    """SIGTERM, turned into :class:`Stopped` while nodes work, and only noted while they are being closed: whoever
    asks ends the process by force when the grace time is over. A forked child is ended by it at once: raised in the
    wrong place there, :class:`Stopped` is lost, and a pool that ends its children so would wait for one for ever."""

    def __init__(self) -> None:
        self.requested = False
        self.raises = True
        signal.signal(signal.SIGTERM, self._receive)
        os.register_at_fork(after_in_child=self.release)

    def _receive(self, *_: Any) -> None:
        self.requested = True
        if self.raises:
            self.raises = False
            raise Stopped

    @staticmethod
    def release() -> None:
        """From now on a stop ends the process at once: everything is closed, and Python may still wait for threads."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    @staticmethod
    def die() -> None:
        """Ends the process by the signal, so that its exit status tells the truth. Only after ``release``. Nothing runs
        after the signal, so what was printed is written now."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                pass  # closed, or gone: there is nowhere to write it
        os.kill(os.getpid(), signal.SIGTERM)
