"""Titles of Word files whose author made them by bold or larger type, not by styles.

In: the body of a document. Out: the level of each paragraph that looks like a title; none where
a style or an outline level names one, since then the others are meant to be text, and none where
too much looks so. Larger type makes a higher level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.docx.names import WORD
from ragflow.ingest.parse.docx.styles import Styles
from ragflow.ingest.parse.style_names import DEEPEST_TITLE

if TYPE_CHECKING:
    from lxml.etree import _Element

_LONGEST = 120  # characters
_LEAST = 2  # titles in a document
_MOST_SHARE = 0.3  # of the characters: titles are few beside their text, unlike forms and lists
_TITLE_STEP = 3  # half points above the text, which may be of 11 points here and 12 there
_SENTENCE_ENDS = (".", ",", ";", "。", "，", "；")
_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class _Look:
    """Hold how a paragraph looks; a size of 0 is that of the document."""

    paragraph: _Element
    text: str
    bold: bool
    size: int


def titles_by_look(body: _Element, styles: Styles) -> Mapping[_Element, int]:
    """Return the levels of the paragraphs that look like titles."""
    looks: list[_Look] = []
    for paragraph in body.iterchildren(f"{WORD}p"):
        style = styles.of(paragraph.find(f"{WORD}pPr"))
        if style.kind is BlockKind.TITLE:
            return {}
        looks.append(_look(paragraph, is_item=bool(style.number_id)))
    sizes: Counter[int] = Counter()
    for look in looks:
        sizes[look.size] += len(look.text)
    usual = sizes.most_common(1)[0][0] if sizes else 0
    is_plain = 2 * sum(len(look.text) for look in looks if look.bold) < sizes.total()
    found = [look for look in looks if _is_title(look, usual, bold_tells=is_plain)]
    characters = sum(len(look.text) for look in found)
    if len(found) < _LEAST or characters > _MOST_SHARE * sizes.total():
        return {}
    ranks = sorted({look.size or usual for look in found}, reverse=True)
    return {
        look.paragraph: min(ranks.index(look.size or usual) + 1, DEEPEST_TITLE) for look in found
    }


def _is_title(look: _Look, usual: int, *, bold_tells: bool) -> bool:
    if not look.text or len(look.text) > _LONGEST or look.text.endswith(_SENTENCE_ENDS):
        return False
    larger = bool(usual) and look.size >= usual + _TITLE_STEP
    return any(map(str.isalpha, look.text)) and ((look.bold and bold_tells) or larger)


def _look(paragraph: _Element, *, is_item: bool) -> _Look:
    text, bold = "", not is_item  # items of lists are bold for other reasons
    sizes: list[int] = []
    for run in paragraph.iter(f"{WORD}r"):
        words = "".join(each.text or "" for each in run.iterchildren(f"{WORD}t"))
        if words.strip():
            bold = bold and _is_bold(run)
            sizes += _sizes(run)
        text += words
    return _Look(paragraph, text.strip(), bold, max(sizes, default=0))


def _is_bold(run: _Element) -> bool:
    mark = run.find(f"{WORD}rPr/{WORD}b")
    return mark is not None and mark.get(f"{WORD}val", "1") not in _OFF


def _sizes(run: _Element) -> Iterator[int]:
    mark = run.find(f"{WORD}rPr/{WORD}sz")
    if mark is not None and mark.get(f"{WORD}val", "").isdecimal():
        yield int(mark.get(f"{WORD}val", ""))
