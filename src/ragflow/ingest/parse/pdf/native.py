"""pdfium's functions without declared types of arguments, and each under Python's lock.

A page takes thousands of calls that do next to nothing. To convert an argument to a declared type
costs more than the call, as does to let go of the lock for it. So whoever calls gives each pointer
as ctypes passes it on: by `pointer` or `byref`. Numbers are plain integers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any


def undeclared(name: str, result: Any) -> Any:
    """Return a function of pdfium's by its name and the type of its result."""
    import pypdfium2.raw as raw

    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
    return ctypes.PYFUNCTYPE(result)(address or 0)


pointer: Callable[[int | None], Any] = ctypes.c_void_p.from_param
"""Return the address of something of pdfium's as an argument."""


def handle_of(thing: Any) -> Any:
    """Return an open page or text page as an argument."""
    return pointer(ctypes.cast(thing.raw, ctypes.c_void_p).value)
