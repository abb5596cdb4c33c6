"""Pairing: which table or figure a caption names.

In: the elements of a page in reading order. Out: for each table and figure the paragraphs of its
caption, which stands above or below, with the title that follows where it is but a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.captions import MOST_LINES
from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.figures import Figure
from ragflow.ingest.parse.pdf.pages import Element
from ragflow.ingest.parse.pdf.paragraphs import Paragraph

_ABOVE, _BELOW = 50.0, 30.0  # points between a caption and its table
_DETOUR = 8.0  # points that the other side must be nearer than the usual one
_TABLE_NAME = re.compile(r"\W*(?:tab|表|표|таб|cuadro|جدول)", re.IGNORECASE)
_NUMBER_ONLY = re.compile(r"\W*[^\W\d]+\.?\s*[\w–.-]{1,8}\s*[.:\])]?")


def captions_of(elements: Sequence[Element]) -> dict[int, list[Paragraph]]:
    """Return for each table and figure, by identity, the paragraphs of the caption beside it."""
    owners = [element for element in elements if not isinstance(element, Paragraph)]
    if not owners:
        return {}
    captions = [
        _caption(element, elements[index + 1 : index + 2])
        for index, element in enumerate(elements)
        if isinstance(element, Paragraph) and element.kind is BlockKind.CAPTION
    ]
    pairs = sorted(
        (cost, number, place)
        for number, caption in enumerate(captions)
        for place, owner in enumerate(owners)
        if (cost := _cost(owner, caption)) is not None
    )
    found: dict[int, list[Paragraph]] = {}
    used: set[int] = set()
    for _, number, place in pairs:
        owner = id(owners[place])
        if number not in used and owner not in found:
            used.add(number)
            found[owner] = captions[number]
    return found


def _caption(first: Paragraph, following: Sequence[Element]) -> list[Paragraph]:
    """Return a caption with the title that follows a number that stands alone."""
    for title in following:
        if (
            _NUMBER_ONLY.fullmatch(first.text)
            and isinstance(title, Paragraph)
            and title.kind in (BlockKind.TEXT, BlockKind.TITLE)
            and len(title.lines) <= MOST_LINES
            and not title.marker
            and 0 <= title.rect.top - first.rect.bottom < 1.5 * title.size
        ):
            return [first, title]
    return [first]


def _cost(owner: TableRegion | Figure, caption: Sequence[Paragraph]) -> float | None:
    """Return how far a caption is from what it may name, or None if it does not name it."""
    of_table = isinstance(owner, TableRegion)
    if of_table != (_TABLE_NAME.match(caption[0].text) is not None):
        return None
    rect = caption[0].rect
    for paragraph in caption[1:]:
        rect = rect.union(paragraph.rect)
    aside = rect.x1 < owner.rect.x0 or rect.x0 > owner.rect.x1
    if aside or caption[0].lines[0].sheet != owner.sheet:
        return None
    above, below = owner.rect.top - rect.bottom, rect.top - owner.rect.bottom
    if -5 < above < _ABOVE:
        return above if of_table else above + _DETOUR
    if -5 < below < _BELOW:
        return below + _DETOUR if of_table else below
    return None
