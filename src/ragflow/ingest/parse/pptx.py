"""Presentations: each slide is a page; its shapes are read from the top left.

Out: titles, text with its place on the slide, list items, tables, charts as tables, pictures with
the text that they show, notes and comments. Dates, footers and slide numbers are drops.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ragflow.domain.documents import Box, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import check_archive, packed
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.errors import ZIP_ERRORS, reading
from ragflow.ingest.parse.opc import transitional_copy
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import add_pieces
from ragflow.ingest.parse.slide import Slide
from ragflow.ingest.parse.slide_remarks import authors_of, remarks

if TYPE_CHECKING:
    from pptx.presentation import Presentation

EMU_PER_POINT = 12_700

_STRUCTURE = (KeyError, IndexError, AttributeError, TypeError, AssertionError)
"""What the reader raises for XML that is well formed but lacks a required part."""


@parsers.register("pptx")
class PresentationParser:
    """Read PowerPoint presentations."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one page per slide; boxes are in points."""
        from lxml.etree import LxmlError
        from pptx.exc import PythonPptxError

        builder = DocumentBuilder(source.name, options.limits)
        kinds = (PythonPptxError, LxmlError, *ZIP_ERRORS, *_STRUCTURE)
        with reading(source.name, *kinds):
            presentation = _open(source, options, builder)
            width = (presentation.slide_width or 9_144_000) / EMU_PER_POINT
            height = (presentation.slide_height or 6_858_000) / EMU_PER_POINT
            slides = list(presentation.slides)
            authors = authors_of(presentation)
        reader = PictureReader(options, builder)
        for number, slide in enumerate(slides, start=1):
            progress((number - 1) / len(slides), f"Slide {number} of {len(slides)}")
            builder.page(number, width, height)
            with reading(source.name, *kinds):
                if slide.element.get("show") == "0":
                    builder.warn(f"Slide {number} is hidden in the file; it was read too.")
                page = Box(number, 0.0, width, 0.0, height)
                pieces = [*Slide(slide, page).pieces(), *remarks(slide, authors, page)]
            add_pieces(builder, pieces, reader)
        return builder.build()


def _open(source: SourceFile, options: ParseOptions, builder: DocumentBuilder) -> Presentation:
    import pptx

    with check_archive(source, options.limits, builder) as archive:
        name = "ppt/presentation.xml"
        is_strict = name in archive.namelist() and b"purl.oclc.org/ooxml" in archive.read(name)
        data = transitional_copy(archive) if is_strict else packed(archive)
    return pptx.Presentation(io.BytesIO(data))
