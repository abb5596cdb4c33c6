"""Executors: worker processes by name, such that a dead one is known without waiting.

In: executor ids. Out: which of them are certainly dead. An id names the machine's boot, the process
namespace, the process and its start; one from elsewhere is never called dead. Where the system does
not tell these things, nothing is certain, and leases alone decide.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

_PROC = Path("/proc")


def this_executor() -> str:
    """Return the id of this process."""
    home, start = _home(), _start_of(os.getpid())
    if home is None or start is None:
        return f"unknown-{uuid4().hex}"
    return f"{home}-{os.getpid()}-{start}"


def certainly_dead(executor_ids: Sequence[str]) -> list[str]:
    """Return those that ran here and are no more."""
    home = _home()
    if home is None:
        return []
    return [each for each in executor_ids if each.startswith(f"{home}-") and not _alive(each)]


def _alive(executor_id: str) -> bool:
    pid, start = executor_id.split("-")[-2:]
    return _start_of(int(pid)) == start


def _home() -> str | None:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()[:8]
        namespace = os.stat(_PROC / "self/ns/pid").st_ino
    except OSError:
        return None
    return f"{boot}-{namespace}"


def _start_of(pid: int) -> str | None:
    """Return when a living process began, in the kernel's ticks."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]
