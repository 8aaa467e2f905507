from __future__ import annotations

import os
import sys
import time

#: How long Java may take to end, in seconds. What is left then is ended by whoever started us.
PATIENCE = 10.0


def end_java() -> None:
    """Ends the Java that PyFlink started for us, and waits for that: it would outlive us by a moment, as a leftover."""
    module = sys.modules.get("pyflink.java_gateway")
    gateway = getattr(module, "_gateway", None)
    if gateway is None:
        return
    try:
        pid = gateway.jvm.java.lang.ProcessHandle.current().pid()
    except Exception:
        return  # it is gone already
    try:
        gateway.jvm.java.lang.System.exit(0)
    except Exception:
        pass  # the connection ends with it
    deadline = time.monotonic() + PATIENCE
    try:
        while os.waitpid(pid, os.WNOHANG) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.02)
    except ChildProcessError:
        pass  # Python has collected it
