"""Word documents of 97 to 2003: the body in order, with what hangs on it.

Out: titles, paragraphs, list items with their numbers, tables, pictures in the text, text boxes,
notes and comments. Headers, footers, the table of contents and hidden or deleted text are drops.
What is RTF in truth is read as such. Refused: files of older versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.compound import DAMAGED, streams_of
from ragflow.ingest.parse.doc.fib import (
    BOXES,
    COMMENT_OWNERS,
    COMMENT_REFERENCES,
    COMMENTS,
    ENDNOTE_REFERENCES,
    ENDNOTES,
    MARGINS,
    NOTE_REFERENCES,
    NOTES,
    Header,
    positions,
)
from ragflow.ingest.parse.doc.story import Anchored, Story
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of
from ragflow.ingest.parse.rtf import RtfParser
from ragflow.ingest.parse.sniff import RTF

_SEPARATORS = 6  # stories of the margins that divide notes from text
_KINDS_OF_MARGINS = 6
_FOOTERS = frozenset({2, 3, 5})
_OWNER_PLACE = 20  # of a comment's reference


@parsers.register("doc")
class DocParser:
    """Read the binary format of Word."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the document's blocks; Word stores no pages."""
        if source.data.startswith(RTF):
            return RtfParser().parse(source, options, progress)
        streams = streams_of(source)
        with reading(source.name, *DAMAGED):
            header = Header(source.name, streams)
            pieces = list(_pieces(header))
        builder = DocumentBuilder(source.name, options.limits)
        add_pieces(builder, pieces, PictureReader(options, builder))
        return builder.build()


def _pieces(header: Header) -> Iterator[Piece]:
    story = Story(header)
    margins = list(_margins(header, story))
    yield from (piece for piece in margins if piece.drop is DropKind.HEADER)
    anchored = [
        *_notes(header, story, "notes", NOTE_REFERENCES, NOTES, 2),
        *_notes(header, story, "endnotes", ENDNOTE_REFERENCES, ENDNOTES, 2),
        *_comments(header, story),
    ]
    yield from story.pieces(0, header.lengths["text"], sorted(anchored))
    start = header.start_of("boxes")
    places, _ = positions(header.part(BOXES), 22)
    for first, last in pairwise(places):
        yield from story.pieces(start + first, start + last)
    yield from (piece for piece in margins if piece.drop is DropKind.FOOTER)


def _notes(
    header: Header, story: Story, name: str, references: int, texts: int, size: int
) -> Iterator[Anchored]:
    """Yield where notes are anchored, and what they say."""
    anchors, _ = positions(header.part(references), size)
    places, _ = positions(header.part(texts), 0)
    start = header.start_of(name)
    for anchor, first, last in zip(anchors, places, places[1:], strict=False):
        text = lines_of(story.pieces(start + first, start + last)).strip()
        yield Anchored(anchor, text)


def _comments(header: Header, story: Story) -> Iterator[Anchored]:
    owners = list(_names(header.part(COMMENT_OWNERS)))
    _, references = positions(header.part(COMMENT_REFERENCES), 30)
    found = _notes(header, story, "comments", COMMENT_REFERENCES, COMMENTS, 30)
    for comment, reference in zip(found, references, strict=False):
        number = int.from_bytes(reference[_OWNER_PLACE : _OWNER_PLACE + 2], "little")
        author = (owners[number] if number < len(owners) else "") or "unknown"
        if comment.text:
            yield Anchored(comment.position, f"Comment by {author}: {comment.text}")


def _margins(header: Header, story: Story) -> Iterator[Piece]:
    """Yield the running headers and footers, each distinct text once."""
    start = header.start_of("margins")
    places, _ = positions(header.part(MARGINS), 0)
    seen: set[str] = set()
    for number, (first, last) in enumerate(pairwise(places)):
        if number < _SEPARATORS or not first < last <= header.lengths["margins"]:
            continue
        text = lines_of(story.pieces(start + first, start + last)).strip()
        if text and text not in seen:
            seen.add(text)
            is_footer = (number - _SEPARATORS) % _KINDS_OF_MARGINS in _FOOTERS
            drop = DropKind.FOOTER if is_footer else DropKind.HEADER
            yield Piece(BlockKind.TEXT, text, drop=drop)


def _names(data: bytes) -> Iterator[str]:
    position = 0
    while position + 2 <= len(data):
        end = position + 2 + 2 * int.from_bytes(data[position : position + 2], "little")
        yield data[position + 2 : end].decode("utf-16-le", "replace")
        position = end
