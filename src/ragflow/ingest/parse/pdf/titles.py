"""Titles: which paragraphs head what follows.

In: the paragraphs of a document in reading order and its outline. Out: the titles among them, each
with its level from 1 to 6. The outline speaks first, then what a title looks like (`title_rules`)
beside what is usual in the document; runs of equal short lines are lists or labels, not titles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.document import OutlineEntry
from ragflow.ingest.parse.pdf.levels import levels, numbering_depth, style_of
from ragflow.ingest.parse.pdf.paragraphs import Paragraph
from ragflow.ingest.parse.pdf.title_rules import (
    Candidate,
    looks_like_title,
    may_be_title,
    same_style,
)

_MAX_LEVEL = 6
_SAME_SIZE = 0.9  # of the largest title of the first page: what is part of the document's
_MUCH = 600  # characters of a page that tell the size of its text
_MAIN = 1.3  # times the size of the text, from which a title may be the document's
_ALIKE = 2  # titles of a page that are set like a line, from which it is one of them
_LONG = 160  # characters: a paragraph this long is text that a title may head
_RUN = 3  # equal short paragraphs in a row that are no titles


class TitleFinder:
    """Tell titles from text by what is usual in one document."""

    def __init__(
        self, pages: Sequence[Sequence[Paragraph]], body: float, outline: Iterable[OutlineEntry]
    ) -> None:
        self._first_page = pages[0][0].page if pages and pages[0] else 0
        self._here = body  # the size of the text on the page that is looked at
        self._turn = 0  # and how it is turned
        every = [paragraph for page in pages for paragraph in page]
        total = sum(len(line.text) for paragraph in every for line in paragraph.lines)
        self._bold_tells = 3 * _share(every, "bold") < total
        self._italic_tells = 4 * _share(every, "italic") < total
        self._outline: dict[str, list[OutlineEntry]] = {}
        for entry in outline:
            for key in _keys(entry.title):
                self._outline.setdefault(key, []).append(entry)
        found: dict[int, Paragraph] = {}
        named: dict[int, int] = {}
        for page in pages:
            self._here = min(body, _page_size(page) or body)
            self._turn = _usual_turn(page)
            for paragraph in self._titles_of(page, named):
                found[id(paragraph)] = paragraph
        self._levels = levels([p for p in every if id(p) in found], named)

    def level(self, paragraph: Paragraph) -> int:
        """Return a title's level, or 0 for what is no title."""
        return self._levels.get(id(paragraph), 0)

    def _titles_of(self, page: Sequence[Paragraph], named: dict[int, int]) -> list[Paragraph]:
        candidates: set[int] = set()
        self._turn = _usual_turn(page)
        for index, paragraph in enumerate(page):
            entry = self._in_outline(paragraph)
            if entry is not None:
                named[id(paragraph)] = min(entry.level, _MAX_LEVEL)
            following = page[index + 1] if index + 1 < len(page) else None
            if entry is not None or self._looks_like_title(paragraph, following):
                candidates.add(id(paragraph))
        candidates -= _equal_runs(page, candidates, named)
        if page and page[0].page == self._first_page:
            candidates -= self._bylines(page, candidates, named)
        return [paragraph for paragraph in page if id(paragraph) in candidates]

    def _bylines(
        self, page: Sequence[Paragraph], candidates: set[int], named: dict[int, int]
    ) -> set[int]:
        """Return the candidates that name authors and the like below the title of a document.

        These are followed by short lines, where a title of a section is followed by its text.
        """
        sizes = [p.size for p in page if id(p) in candidates]
        largest = max(sizes, default=0.0)
        bylines: set[int] = set()
        below = False
        for paragraph, following in pairwise([*page, None]):
            if paragraph is None or len(paragraph.text) >= _LONG:
                break
            if id(paragraph) not in candidates:
                continue
            if paragraph.size >= _SAME_SIZE * largest:
                below = largest >= _MAIN * self._here
            elif below and not (following is not None and len(following.text) >= _LONG):
                free = id(paragraph) not in named and not numbering_depth(paragraph.text)
                bylines |= {id(paragraph)} if free else set()
        kept = Counter(style_of(p) for p in page if id(p) in candidates - bylines)
        return {id(p) for p in page if id(p) in bylines and kept[style_of(p)] < _ALIKE}

    def _in_outline(self, paragraph: Paragraph) -> OutlineEntry | None:
        if not may_be_title(paragraph) or not self._outline:
            return None
        for key in _keys(paragraph.text):
            for entry in self._outline.get(key, ()):
                if entry.page in (0, paragraph.page):
                    return entry
        return None

    def _looks_like_title(self, paragraph: Paragraph, following: Paragraph | None) -> bool:
        return looks_like_title(
            Candidate(
                paragraph,
                following,
                paragraph.size / self._here,
                turned=paragraph.lines[0].sheet.turn != self._turn,
                bold_tells=self._bold_tells,
                italic_tells=self._italic_tells,
            )
        )


def _usual_turn(page: Sequence[Paragraph]) -> int:
    """Return how most text of a page is turned: a scan may lie on its side as a whole."""
    turns: Counter[int] = Counter()
    for paragraph in page:
        turns[paragraph.lines[0].sheet.turn] += len(paragraph.text)
    return max(turns, key=lambda turn: (turns[turn], -turn), default=0)


def _page_size(page: Sequence[Paragraph]) -> float | None:
    """Return the size of most of a page's text; None where there is but little of it."""
    sizes: Counter[float] = Counter()
    for paragraph in page:
        if paragraph.kind is not BlockKind.FOOTNOTE:
            sizes[round(paragraph.size * 2) / 2] += len(paragraph.text)
    if sizes.total() < _MUCH:
        return None
    return max(sizes, key=lambda size: (sizes[size], size))


def _share(paragraphs: Sequence[Paragraph], style: str) -> int:
    return sum(
        len(line.text)
        for paragraph in paragraphs
        for line in paragraph.lines
        if getattr(line.style, style)
    )


def _equal_runs(page: Sequence[Paragraph], candidates: set[int], named: dict[int, int]) -> set[int]:
    """Return the candidates that follow each other in one style: labels, names, entries."""
    runs: list[list[Paragraph]] = [[]]
    for before, paragraph in pairwise([None, *page]):
        if paragraph is None or id(paragraph) not in candidates or id(paragraph) in named:
            runs.append([])
            continue
        if runs[-1] and before is not None and not same_style(before, paragraph):
            runs.append([])
        runs[-1].append(paragraph)
    return {id(paragraph) for run in runs if len(run) >= _RUN for paragraph in run}


def _keys(title: str) -> list[str]:
    """Return a title as it may stand in an outline: with its number and without."""
    whole = _plain(title)
    bare = _plain(re.sub(r"^\W*(?:\d+(?:\.\d+)*|[ivx]+|[a-z])[.):]?\s+", "", title, flags=re.I))
    return [key for key in dict.fromkeys([whole, bare]) if key]


def _plain(text: str) -> str:
    return "".join(re.findall(r"\w", text.casefold()))
