"""The process between the server and a script under sandlock: it starts the one and ends with it.

In: a plan as JSON, the only argument, and descriptors 0 to 2, which the script's process inherits.
Out: its exit code, 128 and the signal's number where a signal ended it. A supervisor of its own
keeps a fault in it away from the server.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from typing import Any

from sandlock import Sandbox, SandlockError

_SIGNAL_OF_PARENTS_DEATH = 1  # of prctl
_BY_SIGNAL = 128


def main(plan: dict[str, Any]) -> int:
    """Run the command of a plan; return its exit code."""
    ctypes.CDLL(None).prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != plan["parent"]:
        return 1  # the parent was gone before it could be watched
    sandbox = Sandbox(  # what it has no setting for, no network and no signals, is its default
        fs_readable=plan["readable"],
        fs_writable=[os.devnull],
        cwd=plan["home"],
        clean_env=True,
        env=plan["environment"],
        max_processes=1,
        no_coredump=True,
    )
    try:
        process = sandbox.popen(plan["command"])
    except (RuntimeError, SandlockError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with process:
        result = process.wait()
    if result.signal and result.signal > 0:
        return _BY_SIGNAL + int(result.signal)
    return int(result.exit_code) & 0xFF


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
