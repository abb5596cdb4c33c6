"""Captions: what names a figure or a table, and what belongs to such a name.

In: a text, or paragraphs of one column. Out: whether they are a caption or go on with one.
`pairing` tells which table or figure a caption names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.sentences import ends_sentence

if TYPE_CHECKING:
    from ragflow.ingest.parse.pdf.paragraphs import Paragraph

MOST_LINES = 8
"""How long a caption may be."""

_CAPTION_SIZE = 0.96  # of the body text, in which a sentence may be a caption
_LONGEST = 120  # characters of a caption that nothing but its words tells from text
_STEP = 0.8  # of the size, between two lines of a caption
_APART = 1.3  # of the size, between a caption's number and its words
_SAME_SIZE = 0.5  # points by which the sizes of a caption's parts may differ
_MOST_FOLLOWING = 3  # lines that follow a number in a line of its own
_NAME = re.compile(
    r"[\[<（(【]?\s*(?:supplementary\s+|extended data\s+)?"
    r"(?:figures?|figura|figuur|figur|fig\.?|tables?|tab\.|tabla|tabela|tabella|tabell|tabel|chart"
    r"|exhibit|example|listing|algorithm|scheme|plate|photo|map|abbildung|abb\.|tabelle|tableau|schéma"
    r"|graphique|gráfico|cuadro|рис\.|рисунок|таблица|شكل|جدول|图表|图|圖|表|図|그림|표)\s*"
    r"(?:(?:[a-z]{1,2}\d?)?[-–.]?\d+(?:[-–.]\d+)*|[ivx]+\b|[一二三四五六七八九十]+)[a-z]?",
    re.IGNORECASE,
)


def is_caption(text: str, *, smaller: bool = False) -> bool:
    """Tell whether a text names a figure or a table.

    A sentence that begins like that is none, unless it is set `smaller` than the text and begins
    anew after the number: "Figure 3 Levels of wells." and not "Figure 3 shows levels of wells."
    """
    match = _NAME.match(text)
    if match is None:
        return False
    after = text[match.end() : match.end() + 2]
    if not after.strip() or after.lstrip()[:1] in ".:：．|—–)]）】>":
        return True
    if smaller and not after.lstrip()[0].islower():
        return True
    return len(text) < _LONGEST and not ends_sentence(text)


def is_bare_caption(text: str) -> bool:
    """Tell whether a text names a figure or a table and says nothing of it."""
    match = _NAME.match(text)
    return match is not None and not text[match.end() :].strip(" .:：．|—–-)]）】")


def reads_as_caption(paragraph: Paragraph, body: float) -> bool:
    """Tell whether a paragraph is a caption; `body` is the size of the document's text."""
    smaller = paragraph.size < _CAPTION_SIZE * body
    return len(paragraph.lines) <= MOST_LINES and is_caption(paragraph.text, smaller=smaller)


def completes_caption(caption: Paragraph, following: Paragraph) -> bool:
    """Tell whether what stands right below a caption is its rest, or the words of its number."""
    if following.kind is BlockKind.CAPTION:
        return (
            not is_caption(following.text)
            and following.above < _STEP
            and abs(caption.size - following.size) < _SAME_SIZE
        )
    return (
        following.kind is BlockKind.TEXT
        and not following.marker
        and len(following.lines) <= _MOST_FOLLOWING
        and following.above < _APART
        and is_bare_caption(caption.text)
    )
