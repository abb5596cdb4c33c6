"""Captions: which paragraphs name a table.

In: the elements of a page in reading order. Out: for each table the paragraphs of its caption: one
that begins like "Table 1", above or below, with the title that follows where it is but a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.ingest.parse.pdf.cells import TableRegion
from ragflow.ingest.parse.pdf.paragraphs import Paragraph, is_caption

Element = Paragraph | TableRegion

_ABOVE, _BELOW = 50.0, 30.0  # points between a caption and its table
_DETOUR = 8.0  # points that a caption below must be nearer than one above
_LONGEST = 8  # lines
_NUMBER_ONLY = re.compile(r"[^\W\d]+\.?\s*[\w–.-]{1,8}\s*[.:]?")


def table_captions(elements: Sequence[Element]) -> dict[int, list[Paragraph]]:
    """Return for each table, by identity, the paragraphs of the caption that stands beside it."""
    named = [index for index, element in enumerate(elements) if _names_a_table(element)]
    tables = [element for element in elements if isinstance(element, TableRegion)]
    captions = {index: _caption(elements, index) for index in named}
    pairs = sorted(
        (cost, index, number)
        for index, caption in captions.items()
        for number, table in enumerate(tables)
        if (cost := _cost(table, caption)) is not None
    )
    found: dict[int, list[Paragraph]] = {}
    used: set[int] = set()
    for _, index, number in pairs:
        table = id(tables[number])
        if index not in used and table not in found:
            used.add(index)
            found[table] = captions[index]
    return found


def _names_a_table(element: Element) -> bool:
    if isinstance(element, TableRegion) or len(element.lines) > _LONGEST:
        return False
    text = element.text.lstrip("[(<【〔")
    names = text[:1] in ("表", "표") or text[:3].casefold() == "tab"
    return names and is_caption(text)


def _caption(elements: Sequence[Element], index: int) -> list[Paragraph]:
    """Return a caption with the title that follows a number that stands alone."""
    first = elements[index]
    assert isinstance(first, Paragraph)
    caption = [first]
    following = elements[index + 1] if index + 1 < len(elements) else None
    if (
        _NUMBER_ONLY.fullmatch(first.text)
        and isinstance(following, Paragraph)
        and len(following.lines) <= _LONGEST
        and not following.marker
        and 0 <= following.rect.top - first.rect.bottom < 1.5 * following.size
    ):
        caption.append(following)
    return caption


def _cost(table: TableRegion, caption: Sequence[Paragraph]) -> float | None:
    """Return how far a caption is from a table, or None if it is not beside it."""
    rect = caption[0].rect
    for paragraph in caption[1:]:
        rect = rect.union(paragraph.rect)
    aside = rect.x1 < table.rect.x0 or rect.x0 > table.rect.x1
    if aside or caption[0].lines[0].sheet != table.sheet:
        return None
    above, below = table.rect.top - rect.bottom, rect.top - table.rect.bottom
    if -5 < above < _ABOVE:
        return above
    return below + _DETOUR if -5 < below < _BELOW else None
