"""The outline of a document: which elements open a part of it, and how deep each part stands.

In: the elements of a document. Out: for each its depth, 0 for what opens nothing; depths count from
1 without gaps, and parts nested deeper than `DEEPEST` stay in the text of the part above them.
Headings are told by the parser's titles or by their numbers, see `numbering`. Of sections and
articles, in which laws differ, the rarer holds the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ragflow.domain.documents import BlockKind, Span
from ragflow.ingest.chunk.elements import Element
from ragflow.ingest.chunk.numbering import Number, Rank, number_of

DEEPEST = 5
"""How many headings may stand above each other."""

_FEWEST = 2
"""Numbered elements that make an outline; a lone one is as likely part of a sentence."""

_UNITS = (Rank.ARTICLE, Rank.PARAGRAPH)
_LONGEST_NAME = 160  # characters of a heading with a number, such as "Chapter 1: …"
_LONGEST_SUBTITLE = 120
_ENDS = (".", ";", ",", ":", "。", "；", "，", "：", "、")
_NEVER = frozenset(
    [
        BlockKind.CODE,
        BlockKind.CAPTION,
        BlockKind.CONTENTS,
        BlockKind.FOOTNOTE,
        BlockKind.FORMULA,
    ]
)


@dataclass(frozen=True, slots=True)
class Outline:
    """Hold elements and, for each, the depth of the part that it opens.

    `has_articles` tells that the smallest parts are articles, each a provision by itself.
    """

    elements: tuple[Element, ...]
    depths: tuple[int, ...]
    has_articles: bool = False

    @property
    def parts(self) -> int:
        """Count the parts that are opened."""
        return sum(depth > 0 for depth in self.depths)

    @classmethod
    def flat(cls, elements: Sequence[Element]) -> Outline:
        """Return the outline of a document without headings."""
        return cls(tuple(elements), (0,) * len(elements))


def outline_of_titles(elements: Sequence[Element], lowest: int | None = None) -> Outline | None:
    """Go by the parser's titles, down to the level `lowest`; None where there are none."""
    keys = [max(element.level, 1) if element.is_title else 0 for element in elements]
    if lowest is not None:
        keys = [key if key <= lowest else 0 for key in keys]
    return Outline(tuple(elements), _ranked(keys, DEEPEST)) if any(keys) else None


def usual_level(elements: Iterable[Element]) -> int:
    """Return the level that most titles have, the highest of several."""
    levels = Counter(max(element.level, 1) for element in elements if element.is_title)
    return max(levels, key=lambda level: (levels[level], -level), default=0)


def outline_of_numbers(
    text: str, elements: Sequence[Element], *, sentences: bool = False
) -> Outline | None:
    """Go by numbers, with the titles between them; None where hardly anything is numbered.

    With `sentences` a whole paragraph may open a part, as the articles of a law do; then what is
    numbered inside an article stays in it. Else only names do, and bare numbers only where they
    are not those of a list.
    """
    numbers = [_number(text, element) for element in elements]
    if not sentences:
        numbers = [
            number if number is not None and _is_name(text, elements, numbers, index) else None
            for index, number in enumerate(numbers)
        ]
    if sum(number is not None for number in numbers) < _FEWEST:
        return None
    elements, numbers = _with_subtitles(text, elements, numbers)
    ranks = [number.rank if number is not None else None for number in numbers]
    units = [rank for rank in _UNITS if ranks.count(rank) >= _FEWEST]
    places = _places(ranks, units if sentences else ())
    depths = _ranked(_with_titles(elements, places), DEEPEST)
    return Outline(tuple(elements), depths, has_articles=bool(units))


def _number(text: str, element: Element) -> Number | None:
    if not element.is_text or element.kind in _NEVER:
        return None
    return number_of(text[element.span.start : element.span.end])


def _is_name(
    text: str, elements: Sequence[Element], numbers: Sequence[Number | None], index: int
) -> bool:
    """Tell a heading from a sentence that begins with a number, and from an item of a list."""
    element, number = elements[index], numbers[index]
    if number is None or element.is_title:
        return number is not None
    words = text[element.span.start : element.span.end]
    if len(words) > _LONGEST_NAME or (len(words) > number.end and words.endswith(_ENDS)):
        return False
    if not number.rank.is_plain:
        return True
    for other in (index - 1, index + 1):
        if not 0 <= other < len(elements):
            continue
        beside = numbers[other]
        if beside is not None and beside.rank == number.rank:
            return False
        if element.is_line and not _blank_between(text, element.span, elements[other].span):
            return False
    return element.kind is not BlockKind.LIST_ITEM


def _blank_between(text: str, first: Span, second: Span) -> bool:
    first, second = sorted((first, second))
    return text.count("\n", first.end, second.start) > 1


def _with_subtitles(
    text: str, elements: Sequence[Element], numbers: Sequence[Number | None]
) -> tuple[list[Element], list[Number | None]]:
    """Join a heading that is a number alone with the name in the next paragraph."""
    joined: list[Element] = []
    kept: list[Number | None] = []
    for element, number in zip(elements, numbers, strict=True):
        above = kept[-1] if kept else None
        if above is not None and number is None and _is_subtitle(text, joined[-1], above, element):
            joined[-1] = replace(joined[-1], span=Span(joined[-1].span.start, element.span.end))
            kept[-1] = replace(above, end=0)
        else:
            joined.append(element)
            kept.append(number)
    return joined, kept


def _is_subtitle(text: str, heading: Element, number: Number, element: Element) -> bool:
    if number.end < len(heading.span) or number.rank.is_plain:
        return False
    words = text[element.span.start : element.span.end]
    adjoin = text[heading.span.end : element.span.start].isspace()
    is_name = element.is_title or element.kind is BlockKind.TEXT
    return (
        adjoin
        and is_name
        and len(words) <= _LONGEST_SUBTITLE
        and "\n" not in words
        and not words[0].islower()
        and not words.endswith(_ENDS)
    )


def _places(ranks: Sequence[Rank | None], units: Sequence[Rank]) -> list[int]:
    """Turn ranks into comparable numbers, 0 for what opens nothing: all that is below the units."""
    places = {rank: int(rank) for rank in Rank}
    last = max(units, default=max(Rank))
    if ranks.count(Rank.SECTION) > ranks.count(Rank.ARTICLE) > 0:
        places[Rank.SECTION], places[Rank.ARTICLE] = Rank.ARTICLE, Rank.SECTION
    return [places[r] if r is not None and places[r] <= last else 0 for r in ranks]


def _with_titles(elements: Sequence[Element], places: Sequence[int]) -> list[int]:
    """Give titles without a number the place of numbered ones of their level.

    Where no title is numbered, titles are above everything that is. Where some are, one that is
    smaller than all of these opens nothing.
    """
    levels = {
        element.level: place
        for element, place in zip(elements, places, strict=True)
        if element.is_title and place
    }
    shift = 0 if levels else max((e.level for e in elements if e.is_title), default=0)
    keys: list[int] = []
    for element, place in zip(elements, places, strict=True):
        if place:
            keys.append(place + shift)
        elif element.is_title and not levels:
            keys.append(max(element.level, 1))
        elif element.is_title and element.level <= max(levels):
            keys.append(min(place for level, place in levels.items() if level >= element.level))
        else:
            keys.append(0)
    return keys


def _ranked(keys: Sequence[int], deepest: int) -> tuple[int, ...]:
    """Number the keys that occur from 1; 0 stays 0, and so becomes what is too deep."""
    ranks = {key: rank for rank, key in enumerate(sorted({*keys} - {0}), start=1)}
    return tuple(rank if (rank := ranks.get(key, 0)) <= deepest else 0 for key in keys)
