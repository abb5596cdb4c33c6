"""One place where a library's complaint about a bad file becomes ours.

In: the name of the file and the exceptions that the library raises for bad input. Out: nothing, or
a `CorruptFile` that keeps the library's reason. Other exceptions are defects and pass through, but
for panics: libraries in Rust check a file's numbers no other way.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from ragflow.domain.errors import CorruptFile

LONGEST_REASON = 200

ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,  # a compression method that zipfile does not know
    ValueError,
    RuntimeError,
    OverflowError,
)
"""What the standard library raises on damaged archives."""

_PLAIN = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"codec can't decode|invalid utf-?8", "some of its text is damaged"),
        (r"Error -\d+ while decompressing|Bad CRC-32", "its compressed content is damaged"),
        (r"maximum recursion depth", "its parts are nested too deeply"),
        (r"Missing dimensions", "a sheet is damaged where its size should stand"),
        (r"Cannot detect file format", "its content is not that of a workbook"),
        (r"not an OLE2 structured storage", "its content is not that of an old Office file"),
    )
)
"""Complaints of libraries that only programmers understand, and what they mean."""

_PANICS = "pyo3_runtime"  # the module of the exception of a panic, which is no `Exception`


@contextmanager
def reading(name: str, *kinds: type[BaseException]) -> Iterator[None]:
    """Raise `CorruptFile` in place of each exception of `kinds`, and of a panic."""
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, kinds) or is_panic(error)):
            raise
        raise CorruptFile(name=name, reason=_reason(error)) from error


def _reason(error: BaseException) -> str:
    """Return what an owner can make of a complaint, or else the complaint itself."""
    said = " ".join(str(error).split()) or type(error).__name__
    plain = (reason for pattern, reason in _PLAIN if pattern.search(said))
    return next(plain, said[:LONGEST_REASON])


def is_panic(error: BaseException) -> bool:
    """Tell whether an exception stands for a panic of a library in Rust."""
    return type(error).__module__ == _PANICS
