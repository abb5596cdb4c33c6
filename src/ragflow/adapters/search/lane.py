"""Let one writer in at a time, across the threads and the processes of a machine.

The lane is a lock on a small file, which the system gives back when its holder dies. The file also
counts the writes since the last reset, so that all processes share one count.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import BinaryIO


class WriteLane:
    """Queue the writers of a directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = RLock()

    @contextmanager
    def entered(self) -> Iterator[WriteCount]:
        """Hold the lane for the block; give it the shared count of writes."""
        with self._threads:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                _lock(file)
                try:
                    yield WriteCount(file)
                finally:
                    _unlock(file)


class WriteCount:
    """Count writes in the lane's file; use it only while the lane is held."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self) -> int:
        """Count one write; return the writes since the last reset."""
        self._file.seek(0)
        text = self._file.read()
        count = (int(text) if text.isdigit() else 0) + 1
        self._store(count)
        return count

    def reset(self) -> None:
        """Begin to count from zero."""
        self._store(0)

    def _store(self, count: int) -> None:
        self._file.truncate(0)
        self._file.write(b"%d" % count)
        self._file.flush()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        while True:
            try:
                file.seek(_BEYOND)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # it gives up after ten seconds; we do not
                continue
            return

    def _unlock(file: BinaryIO) -> None:
        file.seek(_BEYOND)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    _BEYOND = 1 << 20  # a locked byte cannot be read there, so lock one behind the count

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
