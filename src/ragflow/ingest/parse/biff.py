"""Records of the binary workbooks of Excel ([MS-XLS]): a kind, a length, and the data.

In: the stream of a workbook. Out: where each record lies; the last may say that it goes on beyond
the stream.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

BOF, EOF = 0x0809, 0x000A
"""The kinds of the records that a part, such as a sheet, begins and ends with."""


def records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield of each record its kind, where its data begins, and how many bytes these are."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, start + 4, length
        start += 4 + length
