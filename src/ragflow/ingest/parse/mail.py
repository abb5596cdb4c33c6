"""What messages of all formats share: their headers, bodies and attachments in one document.

Of several bodies, one whose words another holds too is dropped as a duplicate. Attachments go
through the front door again; one that fails becomes a warning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile, LimitExceeded, ParseError
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile
from ragflow.ingest.parse.load import parse
from ragflow.ingest.parse.nested import add_document

HEADERS = ("From", "To", "Cc", "Date", "Subject")
MOST_PARTS = 100
DEEPEST = 4


@dataclass(slots=True)
class Mail:
    """Add a message, and the messages inside it, to one document."""

    builder: DocumentBuilder
    options: ParseOptions
    progress: Progress
    parts_left: int = MOST_PARTS

    def headers(self, values: Mapping[str, str]) -> None:
        """Add the headers that have a value."""
        lines = [f"{header}: {values[header]}" for header in HEADERS if values.get(header)]
        self.builder.block(BlockKind.TEXT, "\n".join(lines))

    def bodies(self, bodies: Sequence[ParsedDocument]) -> None:
        """Add the bodies; one whose words another holds too is accounted for as a duplicate."""
        bodies = [document for document in bodies if document.text.strip()]
        words = [Counter(re.findall(r"\w+", document.text)) for document in bodies]
        kept = set(range(len(bodies)))
        for index in reversed(range(len(bodies))):
            if any(words[index] <= words[other] for other in kept - {index}):
                kept.remove(index)
        for index, document in enumerate(bodies):
            if index in kept:
                add_document(self.builder, document)
            else:
                self.builder.drop(DropKind.DUPLICATE, document.text)

    def attachment(self, add: Callable[[], None]) -> None:
        """Add an attachment by a function that may refuse it; only so many are read."""
        if self.parts_left == 0:
            return
        self.parts_left -= 1
        if self.parts_left == 0:
            self.builder.warn(f"Only the first {MOST_PARTS} attachments were read.")
        try:
            add()
        except LimitExceeded:
            raise
        except ParseError as error:
            self.builder.warn(f"An attachment was not read: {error}")

    def file(self, name: str, data: bytes) -> None:
        """Add an attached file under its name. Raises `ParseError`."""
        document = parse(SourceFile(name, data), self.options, self.progress)
        self.title(name)
        add_document(self.builder, document)

    def title(self, name: str) -> None:
        """Begin an attachment: a part of its own, with its name as title."""
        self.builder.begin_part()
        self.builder.block(BlockKind.TITLE, name, level=1)

    @staticmethod
    def check_depth(inner: str, depth: int) -> None:
        """Raise `CorruptFile` for messages that nest too deeply."""
        if depth >= DEEPEST:
            raise CorruptFile(name=inner, reason=f"messages nest deeper than {DEEPEST}")
