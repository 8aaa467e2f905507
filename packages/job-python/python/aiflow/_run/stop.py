from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any


class Stopped(BaseException):
    """Raised where the main thread is when the job is asked to stop. Not an Exception: user code that catches those
    does not catch it, and its ``finally`` blocks run."""


class StopSignal:
    """SIGTERM, turned into :class:`Stopped` while nodes work, and only noted while they are being closed: whoever
    asks ends the process by force when the grace time is over."""

    def __init__(self) -> None:
        self.requested = False
        self.raises = True
        self._raised = False
        self._other_hook = sys.unraisablehook
        sys.unraisablehook = self._raise_again
        signal.signal(signal.SIGTERM, self._receive)
        self._end_forked_children()

    def _receive(self, *_: Any) -> None:
        self.requested = True
        if self.raises and not self._raised:
            self._raised = True
            raise Stopped

    def _raise_again(self, unraisable: Any) -> None:
        """Python swallows what is raised in a ``__del__`` or while it forks: a stop comes again soon after."""
        if unraisable.exc_type is not Stopped:
            self._other_hook(unraisable)
            return
        self._raised = False
        threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGTERM)).start()

    def _end_forked_children(self) -> None:
        """A forked child is ended by SIGTERM at once, from its first moment on: raised in the wrong place there,
        :class:`Stopped` is lost, and a pool that ends its children so would wait for one for ever. The signal is held
        back while the process forks, because Python forgets one that the child gets before Python has set it up."""
        forking = threading.local()

        def hold() -> None:
            forking.mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

        def let_go() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, forking.mask)

        def let_go_in_child() -> None:
            self.release()
            let_go()

        os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=let_go_in_child)

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
