"""Parsed documents of every kind that a chunk method is made for, the same each time.

In: nothing. Out: documents as parsers make them: with titles, tables and boxes, or plain text.
"""

from __future__ import annotations

from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits

LAW = """REGULATION ON WIDGETS

TABLE OF CONTENTS
CHAPTER I General provisions .......... 1
CHAPTER II Duties of makers ........... 2

CHAPTER I
GENERAL PROVISIONS

Article 1
Aim

This Regulation lays down rules on widgets. It applies to what
Section 5 of the Widget Act names.

Article 2
Terms

For the purposes of this Regulation:
(1) 'widget' means a thing;
(2) 'maker' means a person who makes widgets.

CHAPTER II
DUTIES OF MAKERS

Section 1
Registration

Article 3 Makers shall register.

Article 4 (Deleted)
"""

CHINESE_LAW = """某某法
目录
第一章 总则
第二章 义务
第一章 总则
第一条 为了规范某某活动，制定本法。
第二条 本法所称某某，是指：
（一）第一类事项；
（二）第二类事项。
第二章 义务
第一节 一般规定
第三条 当事人应当遵守
第二条的规定。
"""

BOOK = """ALICE

CONTENTS

CHAPTER I.     Down the Rabbit-Hole
CHAPTER II.    The Pool of Tears

CHAPTER I.
Down the Rabbit-Hole

Alice was beginning to get very tired of sitting by her sister
on the bank. She had two lists:

1. things to eat
2. things to drink

CHAPTER II.
The Pool of Tears

"Curiouser and curiouser!" cried Alice.
"""

RESUME = """CURRICULUM VITAE

Ada M. Lovelace
London | +44 20 7946 0958 | ada@engine.org

Work Experience
2015 - 2023 Analytical Engines Ltd, chief programmer

Education
BSc Mathematics, University of London, 2009

Skills
Python, C++
"""

_LONG = (
    "Open the valve slowly until the gauge shows two bar, then wait for the pump to start. Call."
)


def plain(text: str) -> ParsedDocument:
    """Return a document of a plain text."""
    builder = DocumentBuilder("any.txt", ParseLimits())
    builder.block(BlockKind.TEXT, text)
    return builder.build()


def handbook() -> ParsedDocument:
    """Return a handbook of two pages with contents, nested headings, a table and a figure."""
    page = _Page(DocumentBuilder("handbook.pdf", ParseLimits()))
    page.begin(1)
    page.text(BlockKind.TITLE, "Pump handbook", level=1)
    page.text(BlockKind.TITLE, "Contents", level=2)
    for entry in ("1 Setting up ..... 1", "2 In use ..... 2"):
        page.text(BlockKind.TEXT, entry)
    page.text(BlockKind.TITLE, "1 Setting up", level=2)
    page.text(BlockKind.TEXT, f"Read this first. {_LONG}")
    page.text(BlockKind.TITLE, "1.1 Place", level=3)
    page.text(BlockKind.TEXT, "The pump stands on a level floor, two metres from any wall.")
    page.begin(2)
    page.text(BlockKind.TITLE, "2 In use", level=2)
    page.text(BlockKind.TEXT, _LONG)
    page.table([("Gauge", "Meaning"), ("2 bar", "ready"), ("> 6 bar", "stop & call")])
    page.text(BlockKind.TEXT, _LONG)
    page.text(BlockKind.FIGURE, "Valve open", image=b"png")
    page.text(BlockKind.CAPTION, "Figure 1: the valve")
    return page.builder.build()


def paper() -> ParsedDocument:
    """Return a scientific article."""
    page = _Page(DocumentBuilder("paper.pdf", ParseLimits()))
    page.begin(1)
    page.text(BlockKind.TITLE, "On the lives of pumps", level=1)
    page.text(BlockKind.TEXT, "Ada Lovelace, University of London")
    page.text(BlockKind.TITLE, "Abstract", level=2)
    page.text(BlockKind.TEXT, "We show that pumps live longer which are opened slowly. " + _LONG)
    page.text(BlockKind.TEXT, "Keywords: pumps, lives")
    page.text(BlockKind.TITLE, "1 Introduction", level=2)
    page.text(BlockKind.TEXT, _LONG)
    page.text(BlockKind.TITLE, "References", level=2)
    page.text(BlockKind.LIST_ITEM, "[1] C. Babbage. Passages from the life of a philosopher. 1864.")
    return page.builder.build()


def slides() -> ParsedDocument:
    """Return three slides, the last of which shows a picture alone."""
    page = _Page(DocumentBuilder("talk.pptx", ParseLimits()))
    page.begin(1)
    page.text(BlockKind.TITLE, "Pumps", level=1)
    page.text(BlockKind.LIST_ITEM, "Open slowly")
    page.text(BlockKind.FOOTNOTE, "Tell the story of the valve here.")
    page.begin(2)
    page.text(BlockKind.TITLE, "Sales", level=1)
    page.table([("Year", "Pieces"), ("2024", "700")])
    page.begin(3)
    page.text(BlockKind.FIGURE, "", image=b"png")
    return page.builder.build()


def mail() -> ParsedDocument:
    """Return an e-mail with an attachment."""
    builder = DocumentBuilder("mail.eml", ParseLimits())
    builder.block(BlockKind.TEXT, "From: ada@engine.org\nSubject: The pump")
    builder.block(BlockKind.TEXT, "See what is attached.")
    builder.drop(DropKind.DUPLICATE, "See what is attached.")
    builder.begin_part()
    builder.block(BlockKind.TITLE, "start.txt", level=1)
    builder.block(BlockKind.TEXT, "Open the valve.")
    return builder.build()


class _Page:
    """Put blocks below each other on a page."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self._number = 0
        self._top = 0.0

    def begin(self, number: int) -> None:
        self.builder.page(number, 600, 800)
        self._number, self._top = number, 40.0

    def text(
        self, kind: BlockKind, text: str, *, level: int = 0, image: bytes | None = None
    ) -> None:
        self.builder.block(kind, text, level=level, box=self._box(), image=image)

    def table(self, rows: list[tuple[str, ...]]) -> None:
        drafts = [
            [CellDraft(text, header=number == 0) for text in row] for number, row in enumerate(rows)
        ]
        self.builder.table(drafts, box=self._box())

    def _box(self) -> Box:
        self._top += 40
        return Box(self._number, 50, 550, self._top, self._top + 20)
