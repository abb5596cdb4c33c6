"""One place where a library's complaint about a bad file becomes ours.

In: the name of the file and the exceptions that the library raises for bad input. Out: nothing, or
a `CorruptFile` that keeps the library's reason. Other exceptions are defects and pass through, but
for panics: libraries in Rust check a file's numbers no other way.
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


_PANICS = "pyo3_runtime"  # the module of the exception of a panic, which is no `Exception`


@contextmanager
def reading(name: str, *kinds: type[BaseException]) -> Iterator[None]:
    """Raise `CorruptFile` in place of each exception of `kinds`, and of a panic."""
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, kinds) or is_panic(error)):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise CorruptFile(name=name, reason=reason[:LONGEST_REASON]) from error


def is_panic(error: BaseException) -> bool:
    """Tell whether an exception stands for a panic of a library in Rust."""
    return type(error).__module__ == _PANICS
