"""Serve a reader of files over a pipe, in whichever environment it lives; standard library alone.

In: one path per line on stdin. Out: one JSON object per line on stdout: `text` in reading order,
`kept` (what of it is meant to be found; None: all), `tables` as lists of rows and `headings` (None
where the reader tells of none in any file), `pages`, `cpu_seconds` of all threads, `peak_mib` of
the process, and `error`, which is `cannot read` where the format is none of the reader's.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

CANNOT_READ = "cannot read"

Rows = list[list[str]]


class CannotRead(Exception):
    """The reader does not take this format."""


@dataclass(slots=True)
class Reading:
    """Hold what a reader found in one file and what that cost."""

    text: str = ""
    kept: str | None = None
    tables: list[Rows] | None = None
    headings: list[str] | None = None
    pages: int = 0
    cpu_seconds: float = 0.0
    peak_mib: float = 0.0
    error: str = ""


def serve(read: Callable[[Path], Reading]) -> None:
    """Answer for each path until stdin ends; the first file is read twice and counted once."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is not a reply
    warm = False
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        if not warm:
            _measured(read, path)  # imports and caches
            warm = True
        print(json.dumps(asdict(_measured(read, path))), file=replies, flush=True)


def _measured(read: Callable[[Path], Reading], path: Path) -> Reading:
    started = time.process_time()
    try:
        reading = read(path)
    except CannotRead:
        reading = Reading(error=CANNOT_READ)
    except Exception as error:  # noqa: BLE001 - a reader may fail in any way; that is a result
        reading = Reading(error=f"{type(error).__name__}: {error}"[:300])
    reading.cpu_seconds = time.process_time() - started
    reading.peak_mib = _peak_mib()
    return reading


def _peak_mib() -> float:
    """Return the most memory that this process held, without what its parent held before it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) / 1024
