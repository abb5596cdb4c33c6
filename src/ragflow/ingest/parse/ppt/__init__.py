"""Presentations of PowerPoint 97 to 2003: each slide is a page; its shapes are read from the top.

Out: titles, text with its place on the slide, list items, tables, pictures, notes and comments.
Dates, footers and slide numbers are drops. Files of other versions are left to another library.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ragflow.domain.documents import BlockKind, Box, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.compound import DAMAGED, streams_of
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.legacy import LegacyParser
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of
from ragflow.ingest.parse.ppt.deck import Deck, SlideSource
from ragflow.ingest.parse.ppt.records import COMMENT, SLIDE_INFO, STRING, Record, records
from ragflow.ingest.parse.ppt.shapes import slide_pieces

_HIDDEN = 0x4
_COMMENT = struct.pack("<HH", 0xF, COMMENT)


@parsers.register("ppt")
class PptParser:
    """Read the binary format of PowerPoint."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one page per slide; boxes are in points."""
        streams = streams_of(source)
        with reading(source.name, *DAMAGED):
            deck = Deck(source.name, streams)
            slides = list(deck.slides())
        if not slides:
            return LegacyParser().parse(source, options, progress)
        builder = DocumentBuilder(source.name, options.limits)
        reader = PictureReader(options, builder)
        width, height = deck.size
        for number, slide in enumerate(slides, start=1):
            progress((number - 1) / len(slides), f"Slide {number} of {len(slides)}")
            builder.page(number, width, height)
            info = slide.record.first(SLIDE_INFO)
            if info is not None and info.number(10) & _HIDDEN:
                builder.warn(f"Slide {number} is hidden in the file; it was read too.")
            page = Box(number, 0.0, width, 0.0, height)
            with reading(source.name, *DAMAGED):
                pieces = list(slide_pieces(deck, slide.record, slide.outline, page))
                pieces += _remarks(deck, slide, page)
            add_pieces(builder, pieces, reader)
        return builder.build()


def _remarks(deck: Deck, slide: SlideSource, page: Box) -> Iterator[Piece]:
    """Yield the speaker's notes and the comments."""
    if slide.notes is not None:
        text = lines_of(slide_pieces(deck, slide.notes, (), page)).strip()
        yield Piece(BlockKind.FOOTNOTE, text, box=page)
    data = slide.record.data
    place = data.find(_COMMENT)
    while place >= 0:
        comment = next(records(data, place), None)
        if comment is not None:
            yield Piece(BlockKind.FOOTNOTE, _comment(comment), box=page)
        place = data.find(_COMMENT, place + 8)


def _comment(comment: Record) -> str:
    strings = {
        record.instance: clean(record.data.decode("utf-16-le", "replace")).strip()
        for record in comment.all(STRING)
    }
    text = strings.get(1, "")
    return f"Comment by {strings.get(0) or 'unknown'}: {text}" if text else ""
