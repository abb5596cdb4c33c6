"""The C heap of this process: few arenas, and freed memory goes back to the system.

glibc gives each thread an arena of its own and keeps what is freed there; other platforms do better
by themselves, and nothing is done on them.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_M_ARENA_MAX = -8  # malloc.h
_ARENAS = 2


def limit_arenas() -> None:
    """Let all threads share few arenas; to be called before there are threads."""
    call = _glibc("mallopt")
    if call is not None:
        call(_M_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Return freed memory to the system."""
    call = _glibc("malloc_trim")
    if call is not None:
        call(0)


def _glibc(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
