"""A process under the supervisor: `python -m ragflow.supervised …` runs the command `ragflow …`.

It ends when its supervisor does, however that ends: its stdin is one end of a socket pair, and the
supervisor alone keeps the other end open. Nothing is read from it; what is written says "ready".
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_GRACE_SECONDS = 8.0


def end_with_parent() -> None:
    """Watch stdin in a thread, and end this process when it closes."""
    threading.Thread(target=_watch, name="watch-parent", daemon=True).start()


def tell_ready() -> None:
    """Tell the supervisor that this process does its work from now on."""
    os.write(sys.stdin.fileno(), b"\n")


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def main() -> None:
    """Run the command line of the product."""
    end_with_parent()
    from ragflow.cli import main as run

    run()


if __name__ == "__main__":
    main()
