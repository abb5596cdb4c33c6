"""Page numbers: what they look like, and those that count with the pages in one place below them.

In: the lines of pages. Out: whether a text can be a page number, its value, and for each page the
line that is its number. The numbers of plain articles stand a good way above the foot of the sheet,
where other lines would be text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from ragflow.ingest.parse.pdf.lines import TextLine

_LOWER_PART = 0.6  # of the page's height, below which numbers stand that count
_SAME_PLACE = 3.0  # points
_GAP = 1.0  # of the size: white space between the text and its page's number
_FEWEST = 2  # pages that count
_NUMBER = r"(?:[a-z]{0,2}-?\d{1,4}|\d{1,2}-\d{1,3}|[ivxlc]{1,7})"
_PAGE_NUMBER = re.compile(
    rf"[\s\-–—|·.\[(]*(?:page|p\.|seite|página|第)?\s*{_NUMBER}\s*(?:页|頁)?"
    rf"(?:\s*(?:/|of|von|de|共)\s*\d{{1,4}}\s*(?:页|頁)?)?[\s\-–—|·.\])]*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def is_page_number(text: str) -> bool:
    """Tell whether a text can be the number of a page, as in “3”, “- iv -” or “Page 3 of 9”."""
    return _PAGE_NUMBER.fullmatch(text) is not None


def value_of(text: str) -> int:
    """Return the number that a page number says first."""
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else _roman(text)


def counted_below(pages: Mapping[int, Sequence[TextLine]]) -> dict[int, int]:
    """Return by page the index of the number below all text that counts in one place."""
    lowest = {number: index for number, lines in pages.items() for index in _alone_below(lines)}
    near: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for number, index in lowest.items():
        x, y = _place(pages[number][index])
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                near[x + dx, y + dy].add(number)
    found: dict[int, int] = {}
    for number, index in lowest.items():
        there = near[_place(pages[number][index])]
        offsets = Counter(value_of(pages[n][lowest[n]].text) - n for n in there)
        if offsets[value_of(pages[number][index].text) - number] >= _FEWEST:
            found[number] = index
    return found


def _alone_below(lines: Sequence[TextLine]) -> list[int]:
    """Return the index of the last line of a page if it is a number, apart from all text."""
    upright = [index for index, line in enumerate(lines) if not line.sheet.turn]
    if not upright:
        return []
    last = max(upright, key=lambda index: lines[index].rect.top)
    line = lines[last]
    high = line.rect.top - _GAP * line.size
    apart = all(lines[index].rect.bottom < high for index in upright if index != last)
    low = line.rect.top > _LOWER_PART * line.sheet.height
    return [last] if apart and low and is_page_number(line.text) else []


def _place(line: TextLine) -> tuple[int, int]:
    middle = (line.rect.x0 + line.rect.x1) / 2
    return round(middle / _SAME_PLACE), round(line.rect.bottom / _SAME_PLACE)


def _roman(text: str) -> int:
    numerals = [_ROMAN[letter] for letter in text.casefold() if letter in _ROMAN]
    total = 0
    for index, value in enumerate(numerals):
        larger_follows = any(later > value for later in numerals[index + 1 : index + 2])
        total += -value if larger_follows else value
    return total
