"""The boxes of a chunk select its characters on the pages of the PDF, and no others."""

from __future__ import annotations

import io
from collections import Counter
from random import Random
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from ragflow.domain.chunks import ChunkDraft
from ragflow.domain.documents import Box
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser

WORDS = tuple(
    """lighthouse keeper counts every ship that passes the northern rocks before dawn and writes
    down what the weather brings while gulls circle above grey water storms signals lamps
    oil""".split()  # noqa: SIM905, a word list reads best
)
GRID = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])


@st.composite
def pages(draw: st.DrawFn) -> tuple[bytes, int]:
    """Return a PDF with paragraphs, headings and tables in one to three columns."""
    random = Random(draw(st.integers(0, 10_000)))
    columns = draw(st.integers(1, 3))
    story: list[Any] = []
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["text", "text", "text", "title", "table"]))
        size = random.choice([8, 9, 10, 12])
        style = ParagraphStyle("text", fontSize=size, leading=size * random.choice([1.1, 1.2, 1.5]))
        if kind == "text":
            story.append(Paragraph(_prose(random, random.randint(5, 220)), style))
        elif kind == "title":
            large = ParagraphStyle("title", fontSize=16, leading=20, fontName="Helvetica-Bold")
            story.append(Paragraph(_prose(random, 3), large))
        else:
            rows = [[str(random.randint(1, 9999)) for _ in range(3)] for _ in range(5)]
            story.append(Table([["one", "two", "three"], *rows], style=GRID))
        story.append(Spacer(1, random.choice([4, 10, 20])))
    return _pdf(story, columns), draw(st.sampled_from([8, 24, 64, 512]))


def _prose(random: Random, count: int) -> str:
    words = [random.choice(WORDS) for _ in range(count)]
    for place in range(0, count, random.randint(6, 14)):
        words[place] = ("" if place == 0 else ". ") + words[place].capitalize()
    return " ".join(words).replace(" . ", ". ") + "."


def _pdf(story: list[Any], columns: int) -> bytes:
    buffer = io.BytesIO()
    width, height = A4
    each = (width - 80) / columns
    frames = [Frame(40 + n * each, 60, each - 12, height - 120) for n in range(columns)]
    template = BaseDocTemplate(buffer, pagesize=A4)
    template.addPageTemplates(PageTemplate(frames=frames))
    template.build(story)
    return buffer.getvalue()


class Reader:
    """Read the characters back whose middles lie in boxes."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)
        self._pages = [self._characters(page) for page in self._document]

    def _characters(self, page: Any) -> list[tuple[str, float, float]]:
        height = page.get_height()
        text_page = page.get_textpage()
        found = []
        for index in range(text_page.count_chars()):
            left, bottom, right, top = text_page.get_charbox(index)
            character = text_page.get_text_range(index, 1)
            middle = (left + right) / 2, height - (top + bottom) / 2
            found += [(character, *middle)] if character.strip() else []
        text_page.close()
        return found

    def inside(self, boxes: tuple[Box, ...]) -> Counter[str]:
        return Counter(
            character
            for number in sorted({box.page for box in boxes})
            for character, x, y in self._pages[number - 1]
            if any(
                box.page == number and box.x0 <= x <= box.x1 and box.top <= y <= box.bottom
                for box in boxes
            )
        )

    def close(self) -> None:
        self._document.close()


def said(text: str, draft: ChunkDraft, before: set[int]) -> Counter[str]:
    """Count what a chunk says first: header rows are repeated in later parts of their table."""
    places = {place for span in draft.spans for place in range(span.start, span.end)} - before
    before |= places
    return Counter(text[place] for place in places if not text[place].isspace())


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(pages())
def test_boxes_select_exactly_the_text_of_their_chunk(made: tuple[bytes, int]) -> None:
    data, size = made
    document = PdfParser().parse(SourceFile("a.pdf", data), ParseOptions(), lambda *_: None)
    options = NaiveOptions(chunk_token_num=size, delimiter=r"\n.")
    chunked = NaiveChunker().chunk(document, options, ChunkContext())
    reader = Reader(data)
    before: set[int] = set()
    for draft in chunked.chunks:
        wanted = said(document.text, draft, before)
        found = reader.inside(draft.boxes)
        # The separator "." was taken out of the text but stands on the page, between two chunks.
        assert not wanted - found, draft
        assert set(found - wanted) <= {"."}, (draft, found - wanted)
    reader.close()
