"""The data directory: made and checked before use, and served by one supervisor at a time.

In: a path. Out: the same, absolute and ready, or a sentence for the operator. Standard library
only, since the supervisor looks after it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragflow.domain.errors import Conflict, InvalidInput

METADATA = "metadata.sqlite"
_LOCK = "serve.lock"


def prepared(directory: Path) -> Path:
    """Return the absolute path of a directory, made where it is missing. Raises `InvalidInput`."""
    path = directory.resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)  # documents are nobody else's
    except OSError as fault:
        raise InvalidInput(
            f"The data directory {path} cannot be made ({fault.strerror}): choose another one with "
            "--data-dir."
        ) from fault
    if not os.access(path, os.W_OK | os.X_OK):
        raise InvalidInput(
            f"The data directory {path} is not writable by this user: change its rights or choose "
            "another one with --data-dir."
        )
    return path


def holds_database(directory: Path) -> bool:
    """Tell whether a data directory has been used before."""
    return (directory / METADATA).is_file()


@contextmanager
def served(directory: Path) -> Iterator[None]:
    """Keep other supervisors from serving a directory; death ends that too. Raises `Conflict`."""
    with (directory / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise Conflict(
                f"The data directory {directory} is served already, by process {holder}: stop that "
                "one first, or choose another one with --data-dir.",
                state="served",
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
