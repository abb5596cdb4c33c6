"""One place where a library's complaint about a bad file becomes ours.

In: the name of the file and the exceptions that the library raises for bad input. Out: nothing, or
a `CorruptFile` that keeps the library's reason. Other exceptions are defects and pass through.
"""

from __future__ import annotations

import lzma
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


@contextmanager
def reading(name: str, *kinds: type[BaseException]) -> Iterator[None]:
    """Raise `CorruptFile` in place of each exception of `kinds`."""
    try:
        yield
    except kinds as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CorruptFile(name=name, reason=reason[:LONGEST_REASON]) from error
