"""Pages of elements: what stands on which page.

In: a document with pages, and its elements. Out: the elements with their pages, in their order; a
paragraph that runs over pages is divided at each. What has no place of its own, such as a note, is
on the page of what precedes it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, groupby

from ragflow.domain.documents import Line, ParsedDocument, Span
from ragflow.ingest.chunk.delimiters import stripped
from ragflow.ingest.chunk.elements import Element


def paged(document: ParsedDocument, elements: Iterable[Element]) -> Iterator[tuple[Element, int]]:
    """Yield elements with the number of their page."""
    lines = sorted(document.lines, key=lambda line: line.span.start)
    reach = list(accumulate((line.span.end for line in lines), max))
    page = document.pages[0].number
    for element in elements:
        found = _lines_in(lines, reach, element.span)
        if element.is_text and len({line.box.page for line in found}) > 1:
            for part, page in _divided(document.text, element.span, found):
                yield replace(element, span=part), page
            continue
        box = found[0].box if found else element.box
        if box is not None:
            page = box.page
        yield element, page


def _lines_in(lines: list[Line], reach: list[int], span: Span) -> list[Line]:
    found: list[Line] = []
    index = bisect_left(reach, span.start + 1)
    while index < len(lines) and lines[index].span.start < span.end:
        if lines[index].span.overlaps(span):
            found.append(lines[index])
        index += 1
    return found


def _divided(text: str, span: Span, lines: list[Line]) -> Iterator[tuple[Span, int]]:
    pages = [(page, next(group)) for page, group in groupby(lines, lambda line: line.box.page)]
    starts = [span.start, *(line.span.start for _, line in pages[1:]), span.end]
    for (page, _), start, end in zip(pages, starts, starts[1:], strict=False):
        part = stripped(text, Span(start, max(start, end)))
        if len(part):
            yield part, page
