"""The chunk method `email`: a message and what is attached to it.

In: a message as its parser reads it: headers, body, attachments. Out: chunks as `naive` makes them;
headers and body are merged, an attachment is cut for itself, so that none of its words mix with the
message's. Attachments that cannot be read are warnings of the parser.
"""

from __future__ import annotations

from typing import ClassVar

from ragflow.ingest.chunk.base import chunkers
from ragflow.ingest.chunk.naive import NaiveChunker


@chunkers.register("email")
class EmailChunker(NaiveChunker):
    """Cut messages."""

    suffixes: ClassVar[frozenset[str]] = frozenset(["eml", "msg"])
