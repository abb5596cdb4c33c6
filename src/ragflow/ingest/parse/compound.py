"""Compound files, in which old Office formats keep their streams.

In: a file. Out: its streams by their path, divided by slashes. Refused: what is no such file, is
damaged or is under a password.
"""

from __future__ import annotations

import io
import struct

from ragflow.ingest.parse.archive import check_encryption
from ragflow.ingest.parse.base import SourceFile
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.extras import legacy_module

DAMAGED = (OSError, ValueError, IndexError, struct.error, EOFError, OverflowError, RecursionError)
"""What reading damaged binary structures raises."""


def streams_of(source: SourceFile) -> dict[str, bytes]:
    """Return all streams of a file. Raises `ParseError`."""
    check_encryption(source)
    olefile = legacy_module("olefile", source.name)
    with (
        reading(source.name, *DAMAGED),
        olefile.OleFileIO(io.BytesIO(source.data)) as compound,
    ):
        return {"/".join(path): compound.openstream(path).read() for path in compound.listdir()}


def with_stream(source: SourceFile, path: str, stream: bytes) -> bytes:
    """Return the bytes of a file with another stream of the same length. Raises `ParseError`."""
    olefile = legacy_module("olefile", source.name)
    data = io.BytesIO(source.data)
    with reading(source.name, *DAMAGED):
        compound = olefile.OleFileIO(data, write_mode=True)
        compound.write_stream(path, stream)
        return data.getvalue()
