"""Levels: how deep each title stands, the same for titles that are set alike.

In: the titles of a document in order, and the levels that its outline gives to some. Out: a level
from 1 to 6 per title. Numbering gives levels; what has none stands where its style does between the
styles that have.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ragflow.ingest.parse.pdf.paragraphs import Paragraph

_MAX_LEVEL = 6
_SAME_RANK = 0.94  # of a size: sizes nearer than this are of one rank
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,3}){0,4})\.?[\s\u3000]+(?=[^\W\d_]|[(（「])")
_APPENDIX = re.compile(r"(?:appendix|annexe?|anhang|anexo|allegato)\s+\w{1,3}\b", re.IGNORECASE)
_LETTERED = re.compile(r"[A-H]((?:\.\d{1,2})+)?\.?\s+(?=[A-Z])")
_ROMAN = re.compile(r"[IVX]{1,5}\.\s+(?=[^\W\d_])")
_CHAPTER = re.compile(
    r"(?:chapter|part|kapitel|teil|chapitre|partie|capítulo|capitolo|parte|глава|часть|الفصل|الباب)"
    r"\s+(?:\d{1,3}|[ivxlc]+|[a-z])\b|第[一二三四五六七八九十百\d]+[章编篇部]|제\s*\d+\s*[장편부]",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:section|abschnitt|sección|sezione)\s+[\divx]+\b|第[一二三四五六七八九十百\d]+節|"
    r"第[一二三四五六七八九十百\d]+节|제\s*\d+\s*절",
    re.IGNORECASE,
)
_CHINESE_NUMBER = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|([（(])[一二三四五六七八九十]{1,3}[）)])\s*(?=\S)"
)
_ARTICLE = re.compile(
    r"(?:article|artikel|artículo|articolo|§)\s*\d+\b|第[一二三四五六七八九十百\d]+[条條]|제\s*\d+\s*조",
    re.IGNORECASE,
)


class TitleStyle(NamedTuple):
    """Say how titles of one rank are set."""

    size: float
    bold: bool
    italic: bool
    capitals: bool


def style_of(paragraph: Paragraph) -> TitleStyle:
    """Return a paragraph's style, as far as titles differ by it."""
    text = paragraph.text
    return TitleStyle(
        round(paragraph.size * 2) / 2, paragraph.bold, paragraph.italic, text.isupper()
    )


def numbering_depth(text: str) -> int:
    """Return how deep a title's number says that it stands, or 0."""
    if _CHAPTER.match(text) or is_roman_section(text):
        return 1
    if _SECTION.match(text):
        return 2
    if _ARTICLE.match(text):
        return 3
    numbered = _NUMBERED.match(text)
    if numbered:
        return numbered[1].count(".") + 1
    if _APPENDIX.match(text):
        return 1
    if chinese_depth(text):
        return chinese_depth(text)
    lettered = _LETTERED.match(text)
    if lettered is None or not (lettered[1] or "." in lettered[0]):
        return 0
    return 1 + (lettered[1] or "").count(".")


def is_roman_section(text: str) -> bool:
    """Tell whether a text is in capitals after a Roman number, as sections of papers are."""
    return text.isupper() and _ROMAN.match(text) is not None


def chinese_depth(text: str) -> int:
    """Return how deep a title numbered like 一、 or （一） stands, or 0."""
    match = _CHINESE_NUMBER.match(text)
    if match is None:
        return 0
    return 2 if match[1] else 1


def is_bare_chapter(text: str) -> bool:
    """Tell whether a text numbers a chapter or an appendix and does not name it."""
    match = _CHAPTER.match(text) or _APPENDIX.match(text)
    return match is not None and not text[match.end() :].strip(" .:：—–-")


def levels(titles: Sequence[Paragraph], named: Mapping[int, int]) -> dict[int, int]:
    """Return the level of each title, by identity; `named` are those that the outline knows."""
    votes: defaultdict[TitleStyle, Counter[int]] = defaultdict(Counter)
    own: dict[int, int] = {}
    below = _has_head(titles)
    for title in titles:
        depth = numbering_depth(title.text)
        level = named.get(id(title)) or (depth + below if depth else 0)
        if level:
            own[id(title)] = min(level, _MAX_LEVEL)
            votes[style_of(title)][own[id(title)]] += 1
    ranks = _ranks({style_of(title) for title in titles}, votes)
    return {id(title): own.get(id(title)) or ranks[style_of(title)] for title in titles}


def _has_head(titles: Sequence[Paragraph]) -> bool:
    """Tell whether the first title is the document's: larger than all others, and no numbered one.

    What is numbered then stands one level below it.
    """
    depths = [numbering_depth(title.text) for title in titles]
    if 1 not in depths or depths[0]:
        return False
    return titles[0].size * _SAME_RANK > max(title.size for title in titles[1:])


def _ranks(
    styles: set[TitleStyle], votes: Mapping[TitleStyle, Counter[int]]
) -> dict[TitleStyle, int]:
    """Return a level per style: what most of its numbered titles have, else by its rank."""
    ordered = sorted(styles, key=lambda s: (-s.size, not s.bold, not s.capitals, s.italic))
    known = {style: votes[style].most_common(1)[0][0] for style in ordered if votes.get(style)}
    ranks: dict[TitleStyle, int] = {}
    level, last = 0, None
    for index, style in enumerate(ordered):
        if style in known:
            level = known[style]
        elif last is None or not _same_rank(last, style):
            deepest = min((known[s] for s in ordered[index:] if s in known), default=_MAX_LEVEL)
            level = max(min(level + 1, deepest), 1)
        ranks[style] = min(max(level, 1), _MAX_LEVEL)
        last = style
    return ranks


def _same_rank(larger: TitleStyle, style: TitleStyle) -> bool:
    alike = (larger.bold, larger.italic) == (style.bold, style.italic)
    return alike and style.size >= larger.size * _SAME_RANK and larger.capitals == style.capitals
