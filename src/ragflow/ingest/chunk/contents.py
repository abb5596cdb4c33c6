"""The table of contents: found, and left out as a typed drop.

In: the elements of a document. Out: those without its table of contents, and the drops for it. It
is what the parser says it is; what stands below a heading such as "Contents" or 目录; or a run of
lines that end with leaders and page numbers: as long as each line has a page or comes again as a
heading. A list of which nothing comes again and nothing has a page is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ragflow.domain.documents import BlockKind, Drop, DropKind, Span
from ragflow.ingest.chunk.elements import Element
from ragflow.ingest.chunk.numbering import number_of

_NAMES = frozenset(
    """contents tableofcontents indexofcontents 目录 目錄 目次 inhalt inhaltsverzeichnis sommaire
    tabledesmatières índice indice sumário contenido""".split()  # noqa: SIM905, reads best
)
_PAGE = r"(?:\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})"
_LEADERS = re.compile(rf"(?:\.[ .]{{2,}}|…+|·[ ·]{{2,}}|_{{3,}}|\t)\s*{_PAGE}\s*(?:$|\n|(?=\s))")
_LAST_PAGE = re.compile(rf"(?:[\s.…·_]+){_PAGE}\s*$")
_LEADING_NUMBER = re.compile(r"\s*\d+(?:\.\d+)*\.?\s+")
_LONGEST_OTHER = 60  # characters of a line between the entries
_MOST_OTHERS = 2
_FEWEST = 2
_FEWEST_WITHOUT_NAME = 4
_LONGEST_ENTRY = 400  # characters; parsers may join several entries
_MOST_ROWS_WITHOUT_PAGE = 0.4


def without_contents(
    text: str, elements: Sequence[Element]
) -> tuple[list[Element], tuple[Drop, ...]]:
    """Return the elements that are not the table of contents, and the drops for those that are."""
    start, end = _Search(text, elements).find() or (0, 0)
    kept: list[Element] = []
    drops: list[Drop] = []
    for index, element in enumerate(elements):
        if not start <= index < end and element.kind is not BlockKind.CONTENTS:
            kept.append(element)
            continue
        spans = (element.span, element.caption)
        drops += [Drop(DropKind.CONTENTS, span) for span in spans if span is not None and len(span)]
    return kept, tuple(drops)


class _Search:
    """Look through one document."""

    def __init__(self, text: str, elements: Sequence[Element]) -> None:
        self._text = text
        self._elements = elements
        self._last: dict[str, int] = {}
        for index, element in enumerate(elements):
            if element.is_text and len(element.span) <= _LONGEST_ENTRY:
                self._last.update(dict.fromkeys(self._keys(element.span), index))

    def find(self) -> tuple[int, int] | None:
        """Return the range of elements that are the table of contents."""
        for index, element in enumerate(self._elements):
            if element.is_text and _plain(self._words(element.span)) in _NAMES:
                end = self._end_of_entries(index + 1)
                known = [each.kind is BlockKind.CONTENTS for each in self._elements[index:end]]
                if end - index > _FEWEST or any(known):
                    return index, end
        return self._run_with_leaders()

    def _end_of_entries(self, start: int) -> int:
        """Return where the entries end that begin at `start`; there a heading comes again."""
        listed: set[str] = set()
        for index in range(start, len(self._elements)):
            keys = self._keys(self._elements[index].span)
            again = not self._has_page(index) and not listed.isdisjoint(keys)
            if again or not (self._is_entry(index) or self._goes_on(index)):
                return index
            listed.update(keys)
        return len(self._elements)

    def _goes_on(self, index: int) -> bool:
        """Tell whether entries follow a line that is none, such as "Page" or "Part one"."""
        if len(self._elements[index].span) > _LONGEST_OTHER:
            return False
        ahead = [self._is_entry(index + step) for step in range(1, _MOST_OTHERS + 2)]
        return any(first and second for first, second in pairwise(ahead))

    def _run_with_leaders(self) -> tuple[int, int] | None:
        start = 0
        for index in range(len(self._elements) + 1):
            if self._has_leaders(index):
                continue
            if index - start >= _FEWEST_WITHOUT_NAME:
                return start, index
            start = index + 1
        return None

    def _is_entry(self, index: int) -> bool:
        if self._has_page(index):
            return True
        if index >= len(self._elements):
            return False
        element = self._elements[index]
        if not element.is_text or len(element.span) > _LONGEST_ENTRY:
            return False
        return any(self._last.get(key, -1) > index for key in self._keys(element.span))

    def _has_page(self, index: int) -> bool:
        if not 0 <= index < len(self._elements):
            return False
        element = self._elements[index]
        if element.table is not None:
            rows = [[c for c in row if c.text.strip()] for row in element.table.rows]
            pages = sum(bool(row) and row[-1].text.strip().isdigit() for row in rows)
            return pages > (1 - _MOST_ROWS_WITHOUT_PAGE) * len(rows)
        if element.kind is BlockKind.CONTENTS or self._has_leaders(index):
            return True
        if not element.is_text or len(element.span) > _LONGEST_ENTRY:
            return False
        words = self._words(element.span)
        return _without_page(words) != words

    def _has_leaders(self, index: int) -> bool:
        if not 0 <= index < len(self._elements):
            return False
        element = self._elements[index]
        return element.is_text and bool(_LEADERS.search(self._words(element.span)))

    def _keys(self, span: Span) -> list[str]:
        """Return what a heading and its entry have in common: the words, the number."""
        words = _without_page(self._words(span))
        number = number_of(words)
        named = number is not None and not number.rank.is_plain
        keys = [
            _plain(words),
            _plain(words[: number.end]) if number and named else "",
            _plain(_LEADING_NUMBER.sub("", words)),
        ]
        return [key for key in keys if key]

    def _words(self, span: Span) -> str:
        return self._text[span.start : span.end]


def _without_page(words: str) -> str:
    """Take the number of a page off an entry; that of the heading itself stays."""
    page = _LAST_PAGE.search(words)
    if page is None:
        return words
    left = words[: page.start()]
    return left if number_of(left) or not number_of(words) else words


def _plain(words: str) -> str:
    return "".join(words.casefold().split()).rstrip(".:：")
