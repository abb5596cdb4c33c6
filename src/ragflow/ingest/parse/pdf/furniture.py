"""Page furniture: running headers, footers and page numbers, known by their repetition.

In: the lines of all pages. Out: for each page the lines that are furniture, with the kind of drop.
A line is furniture if the same words, digits aside, stand at the same height near the edge of
several pages; a lone number there is a page number if it counts with the pages. What stands beside
furniture, or on other pages in its place, is furniture too where white space parts it from text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ragflow.domain.documents import DropKind
from ragflow.ingest.parse.pdf.captions import is_caption
from ragflow.ingest.parse.pdf.lines import TextLine, same_row
from ragflow.ingest.parse.pdf.page_numbers import counted_below, is_page_number, value_of
from ragflow.ingest.parse.pdf.regions import LayoutRegion, covers, of_kind
from ragflow.ingest.parse.pdf.sheet import Sheet
from ragflow.vision.layout import RegionKind

_EDGE = 0.14  # of the page's height
_LONE_EDGE = 0.085  # of the page's height, for a number on a document's only page
_MAX_ROWS = 4  # rows from the edge that may be furniture
_SAME_HEIGHT = 5.0  # points
_TITLE = 1.15  # times the usual size: what running heads are not set in
_MAX_CHARS = 160
_MAX_VARYING = 80  # characters of a line whose numbers may differ from page to page
_GAP = 0.8  # of the size: white space between furniture and text
_KINDS = {True: DropKind.HEADER, False: DropKind.FOOTER}  # at the top, at the bottom
_LARGEST = 1.15  # of the size of most lines: what is set larger is furniture only
_MOST_PAGES = 0.6  # if it stands on this share of the pages, and its first is text all the same
_NAMES_PAGES = 1.5  # of the size of most lines: what is set so large is text on every page
_NEXT = 0.45  # of the size: lines nearer than this follow each other
_LONE_GAP = 2.0  # of the size: white space around a number that is alone on its document's pages
_SURE = 0.6  # score of the layout model
_SEEN = {RegionKind.HEADER: DropKind.HEADER, RegionKind.FOOTER: DropKind.FOOTER}
_LONE_NUMBER = re.compile(r"[\-–—\s]*\d{1,4}[\-–—\s]*")


@dataclass(frozen=True, slots=True)
class _Candidate:
    page: int
    line: TextLine
    at_top: bool

    @property
    def key(self) -> str:
        text = " ".join(self.line.text.casefold().split())
        return "#" if is_page_number(text) else re.sub(r"\d+", "#", text)


def find_furniture(
    pages: Mapping[int, Sequence[TextLine]],
    seen: Mapping[int, Mapping[int, DropKind]] | None = None,
) -> dict[int, dict[int, DropKind]]:
    """Return for each page the kinds of its furniture lines, by the line's index.

    `seen` is what the layout model says of some pages.
    """
    usual = median([line.size for lines in pages.values() for line in lines] or [10.0])
    groups: defaultdict[tuple[str, bool], list[tuple[int, _Candidate]]] = defaultdict(list)
    for number, lines in pages.items():
        for index, candidate in _candidates(number, lines):
            groups[candidate.key, candidate.at_top].append((index, candidate))
    found: defaultdict[int, dict[int, DropKind]] = defaultdict(dict)
    for number, kinds in (seen or {}).items():
        found[number].update(kinds)
    for (key, at_top), members in groups.items():
        numbers = _page_numbers(members, len(pages))
        for index, candidate in members:
            if (index, candidate.page) in numbers:
                found[candidate.page][index] = DropKind.PAGE_NUMBER
        rest = [member for member in members if (member[0], member[1].page) not in numbers]
        if key == "#":
            rest = [
                (index, candidate) for index, candidate in rest if _at_very_edge(candidate.line)
            ]
        kind = _KINDS[at_top]
        for index, candidate in _repeated(rest, len(pages), usual):
            found[candidate.page][index] = DropKind.PAGE_NUMBER if key == "#" else kind
    for number, lines in pages.items():
        for at_top in (True, False):
            _release(lines, at_top, found[number])
    for number, index in counted_below(pages).items():
        found[number].setdefault(index, DropKind.PAGE_NUMBER)
    _complete(pages, found, usual)
    return dict(found)


def seen_furniture(
    lines: Sequence[TextLine], regions: Sequence[LayoutRegion], sheet: Sheet
) -> dict[int, DropKind]:
    """Return the furniture of a page of a short document, where the layout model sees some.

    What names a table or figure, or is set larger than the text, is none, whatever the model says.
    """
    kinds: dict[int, DropKind] = {}
    usual = median([line.size for line in lines]) if lines else 0.0
    names = [line for line in lines if line.sheet == sheet and is_caption(line.text)]
    for kind, drop in _SEEN.items():
        rects = [region.rect for region in of_kind(regions, kind) if region.score >= _SURE]
        for index, line in enumerate(lines):
            if line.sheet != sheet or not _in_zone(line, kind is RegionKind.HEADER):
                continue
            if any(same_row(name.rect, line.rect) for name in names) or line.size > _TITLE * usual:
                continue
            if len(line.text) <= _MAX_CHARS and any(covers(rect, line.rect) for rect in rects):
                lone = is_page_number(line.text)
                kinds[index] = DropKind.PAGE_NUMBER if lone else drop
    return kinds


def _release(lines: Sequence[TextLine], at_top: bool, kinds: dict[int, DropKind]) -> None:
    """Give back what is set as the text and next to it: it is a line of this text."""
    marked = [i for i in kinds if _in_zone(lines[i], at_top) and kinds[i] in _KINDS.values()]
    inwards = sorted(marked, key=lambda i: lines[i].rect.top, reverse=at_top)
    for index in inwards:
        line = lines[index]
        for other, near in enumerate(lines):
            if other in kinds or near.sheet != line.sheet or abs(near.size - line.size) > 0.5:
                continue
            above, below = (line, near) if at_top else (near, line)
            if _follow(above, below) or (_is_text(near) and _follow(below, above)):
                del kinds[index]
                break


def _is_text(line: TextLine) -> bool:
    return len(line.text) > _MAX_VARYING


def _follow(above: TextLine, below: TextLine) -> bool:
    """Tell whether a line stands right below another, as lines of a paragraph do."""
    gap = below.rect.top - above.rect.bottom
    shared = min(below.rect.x1, above.rect.x1) - max(below.rect.x0, above.rect.x0)
    return -0.5 * below.size < gap < _NEXT * below.size and shared > 0


def _complete(
    pages: Mapping[int, Sequence[TextLine]],
    found: Mapping[int, dict[int, DropKind]],
    usual: float,
) -> None:
    """Add what stands in furniture's place with other words; take back what is part of the text."""
    for number, lines in pages.items():
        for at_top in (True, False):
            row = _edge_row(lines, at_top, found[number])
            if len(row) == 1 and _is_lone_number(lines, row[0], at_top, found[number]):
                found[number][row[0]] = DropKind.PAGE_NUMBER
    places = {_place(pages[number][index]) for number, kinds in found.items() for index in kinds}
    for number, lines in pages.items():
        kinds = found[number]
        for at_top in (True, False):
            row = _edge_row(lines, at_top, kinds)
            known = [index for index in row if index in kinds]
            in_text = [i for i in known if kinds[i] is DropKind.PAGE_NUMBER]
            if not _apart(lines, row, at_top, kinds):
                for index in in_text if len(in_text) < len(row) else ():
                    del kinds[index]
                continue
            for index in row:
                line = lines[index]
                small = len(line.text) <= _MAX_CHARS and line.size <= _LARGEST * usual
                if small and index not in kinds and (known or _place(line) in places):
                    lone = is_page_number(line.text)
                    kinds[index] = DropKind.PAGE_NUMBER if lone else _KINDS[at_top]


def _is_lone_number(
    lines: Sequence[TextLine], index: int, at_top: bool, kinds: Mapping[int, DropKind]
) -> bool:
    """Tell whether a line at the edge is but a number, with much white space to the text."""
    if index in kinds or _LONE_NUMBER.fullmatch(lines[index].text) is None:
        return False
    return _apart(lines, [index], at_top, kinds, _LONE_GAP)


def _place(line: TextLine) -> tuple[int, float, bool, bool]:
    """Return where and how a line is set, as furniture is on every page."""
    return round(line.rect.bottom / 2), round(line.size), line.style.bold, line.style.italic


def _edge_row(lines: Sequence[TextLine], at_top: bool, kinds: Mapping[int, DropKind]) -> list[int]:
    """Return the row of lines next to the text among those at the top or bottom edge.

    That is the innermost row with furniture, or the outermost row of all.
    """
    inside = [index for index, line in enumerate(lines) if _in_zone(line, at_top)]
    if not inside:
        return []
    marked = [index for index in inside if index in kinds]
    sign = 1 if at_top else -1
    if marked:
        anchor = max(marked, key=lambda index: sign * lines[index].rect.bottom)
    else:
        anchor = min(inside, key=lambda index: sign * lines[index].rect.bottom)
    return [index for index in inside if same_row(lines[index].rect, lines[anchor].rect)]


def _in_zone(line: TextLine, at_top: bool) -> bool:
    height = line.sheet.height
    if line.sheet.turn:
        return False
    return line.rect.bottom < _EDGE * height if at_top else line.rect.top > (1 - _EDGE) * height


def _apart(
    lines: Sequence[TextLine],
    row: Sequence[int],
    at_top: bool,
    kinds: Mapping[int, DropKind],
    least: float = _GAP,
) -> bool:
    """Tell whether white space parts a row from the text."""
    if not row:
        return False
    others = [
        line.rect
        for index, line in enumerate(lines)
        if index not in row and index not in kinds and not line.sheet.turn
    ]
    if not others:
        return False
    low = max(lines[index].rect.bottom for index in row)
    high = min(lines[index].rect.top for index in row)
    gap = least * max(lines[index].size for index in row)
    if at_top:
        return min(rect.top for rect in others) - low > gap
    return high - max(rect.bottom for rect in others) > gap


def _candidates(number: int, lines: Sequence[TextLine]) -> list[tuple[int, _Candidate]]:
    """Return the short lines in the first and last rows of a page, near its edges."""
    order = sorted(range(len(lines)), key=lambda index: lines[index].rect.top)
    tops = _row_tops([lines[index] for index in order])
    candidates = []
    for index in order:
        line = lines[index]
        height = line.sheet.height
        varies = len(line.text) > _MAX_VARYING and re.search(r"\d", line.text) is not None
        if len(line.text) > _MAX_CHARS or varies:
            continue
        above = line.rect.bottom < _EDGE * height and line.rect.top <= tops[:_MAX_ROWS][-1] + 1
        below = line.rect.top > (1 - _EDGE) * height and line.rect.top >= tops[-_MAX_ROWS:][0] - 1
        if above or below:
            candidates.append((index, _Candidate(number, line, above)))
    return candidates


def _row_tops(lines: Sequence[TextLine]) -> list[float]:
    tops: list[float] = []
    for line in lines:
        if not tops or line.rect.top - tops[-1] > 0.5 * line.rect.height:
            tops.append(line.rect.top)
    return tops


def _page_numbers(
    members: Sequence[tuple[int, _Candidate]], page_count: int
) -> set[tuple[int, int]]:
    """Return (line, page) of lone numbers that grow with the page, or stand alone at the edge."""
    lone = [(i, c) for i, c in members if is_page_number(c.line.text)]
    offsets = Counter(value_of(c.line.text) - c.page for _, c in lone)
    counting = {offset for offset, count in offsets.items() if count >= 2}
    return {
        (index, candidate.page)
        for index, candidate in lone
        if value_of(candidate.line.text) - candidate.page in counting
        or (page_count == 1 and len(lone) == 1 and _at_very_edge(candidate.line))
    }


def _at_very_edge(line: TextLine) -> bool:
    height = line.sheet.height
    return line.rect.bottom < _LONE_EDGE * height or line.rect.top > (1 - _LONE_EDGE) * height


def _repeated(
    members: Sequence[tuple[int, _Candidate]], page_count: int, usual: float
) -> list[tuple[int, _Candidate]]:
    """Return the members that stand at one height on enough pages."""
    small = all(_at_very_edge(c.line) and c.line.size <= _LARGEST * usual for _, c in members)
    needed = 2 if page_count < 5 or small else 3
    if any(c.line.size > _LARGEST * usual for _, c in members):  # else titles of slides would go
        needed = max(needed, round(_MOST_PAGES * page_count))
    pages: defaultdict[int, set[int]] = defaultdict(set)
    for _, candidate in members:
        for near in (-1, 0, 1):
            pages[_height(candidate) + near].add(candidate.page)
    return [
        (index, candidate)
        for index, candidate in members
        if len(pages[_height(candidate)]) >= needed
        and not _is_title(candidate, min(pages[_height(candidate)]), usual)
    ]


def _is_title(candidate: _Candidate, first: int, usual: float) -> bool:
    """Tell whether a line that repeats names a page, or the document on the first of its pages."""
    size = candidate.line.size
    return size > _NAMES_PAGES * usual or (size > _LARGEST * usual and candidate.page == first)


def _height(candidate: _Candidate) -> int:
    return round(candidate.line.rect.top / _SAME_HEIGHT)
