"""Areas between rules: where tables with horizontal rules alone may stand.

In: the rulings of a sheet and its words. Out: areas between rules of the same ends, cut where
titles, running text or wide gaps stand between two tables, the small ones first; and the lines
around an area that may belong to it though they stand outside of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ragflow.ingest.parse.pdf.captions import is_caption
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import same_row
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines
from ragflow.ingest.parse.pdf.rulings import Rulings, Segment
from ragflow.ingest.parse.pdf.sheet import Rect

_MOST_RULES = 1200  # more is a drawing
_SHORTEST = 60.0  # points
_ENDS = 8.0  # points by which the ends of a table's rules differ
_WIDE_GAP = 2.5  # of the size: lines farther apart than this are not of one table
_FARTHEST = 1.2  # of the size, from a rule to a line outside of it
_CLOSE = 0.6  # of the size, between the lines of column names
_WORD_SPACE = 0.6  # of the size
_REACH = 150.0  # points above an area in which the names of its columns stand
_MOST_ABOVE = 5  # lines of column names above the first rule


@dataclass(frozen=True, slots=True)
class RuledArea:
    """Hold an area between rules of the same ends, with all rules in it and its lines.

    `rules` are the long ones, `drawn` the short ones too; a closed area ends at its
    edges: lines are drawn at its sides, or it is part of another.
    """

    rect: Rect
    rules: tuple[Segment, ...]
    drawn: tuple[Segment, ...]
    lines: tuple[PartedLine, ...]
    closed: bool = False

    @property
    def words(self) -> list[Word]:
        """Return the words of its lines."""
        return [word for line in self.lines for word in line.words]


@dataclass(slots=True)
class _Run:
    """Collect rules and the lines between them."""

    rules: list[Segment] = field(default_factory=list)
    lines: list[PartedLine] = field(default_factory=list)


def ruled_areas(rulings: Rulings, words: Sequence[Word]) -> list[RuledArea]:
    """Return the areas between horizontal rules with the same ends."""
    areas: list[RuledArea] = []
    if len(rulings.horizontal) > _MOST_RULES:
        return areas
    for rules in _groups(rulings.horizontal):
        start, end = min(r.start for r in rules) - 3, max(r.end for r in rules) + 3
        top, bottom = rules[0].at, rules[-1].at
        inside = [w for w in words if w.rect.bottom > top and w.rect.top < bottom]
        lines = parted_lines([word for word in inside if start <= _middle(word) <= end])
        areas += [_area(run, rulings, start, end) for run in _runs(rules, lines)]
    return sorted(areas, key=lambda area: (area.rect.height * area.rect.width, area.rect.top))


def pieces(area: RuledArea, rulings: Rulings) -> list[RuledArea]:
    """Return the areas that titles between two rules part from each other."""
    runs = [_Run()]
    for above, below in pairwise(area.rules):
        between = _between(area.lines, above.at, below.at)
        runs[-1].rules.append(above)
        if len(between) == 1 and len(between[0].parts) == 1 and _is_inset(between[0], area.rect):
            runs.append(_Run())
        else:
            runs[-1].lines.extend(between)
    runs[-1].rules.append(area.rules[-1])
    found = [run for run in runs if len(run.lines) > 1] if len(runs) > 1 else []
    start, end = area.rect.x0, area.rect.x1
    return [replace(_area(run, rulings, start, end), closed=True) for run in found]


def lines_above(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines right above an area that may name its columns."""
    near = [w for w in words if area.rect.top - _REACH < w.rect.top < area.rect.top]
    lines = [line for line in _beside(area, near) if line.rect.bottom < area.rect.top + 3]
    taken: list[PartedLine] = []
    edge = area.rect.top
    for line in lines[::-1][:_MOST_ABOVE]:
        gap = edge - line.rect.bottom
        if gap > (_CLOSE if taken else _FARTHEST) * line.size or _is_title(line):
            break
        if _goes_beyond(line, area, near):
            break
        taken.insert(0, line)
        edge = line.rect.top
    while taken and len(taken[0].parts) < 2:
        taken.pop(0)
    return taken


def lines_below(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines right below an area that may be rows of it."""
    low = [word for word in words if word.rect.top > area.rect.bottom - 3]
    lines = _beside(area, low)
    taken: list[PartedLine] = []
    edge, lone = area.rect.bottom, 0
    for line in lines:
        lone = 0 if len(line.parts) > 1 else lone + 1
        if line.rect.top - edge > _FARTHEST * line.size or lone > 2 or _is_title(line):
            break
        if _goes_beyond(line, area, low):
            break
        taken.append(line)
        edge = line.rect.bottom
    while taken and len(taken[-1].parts) < 2:
        taken.pop()
    return taken


def _area(run: _Run, rulings: Rulings, start: float, end: float) -> RuledArea:
    edges = [rule.at for rule in run.rules]
    edges += [edge for line in run.lines for edge in (line.rect.top, line.rect.bottom)]
    rect = Rect(start, end, min(edges) - 1, max(edges) + 1)
    drawn = tuple(
        rule
        for rule in rulings.horizontal
        if rect.top <= rule.at <= rect.bottom and rule.end > start and rule.start < end
    )
    sides = [
        any(
            abs(line.at - at) < _ENDS
            and min(line.end, rect.bottom) - max(line.start, rect.top) > 0.8 * rect.height
            for line in rulings.vertical
        )
        for at in (start + 3, end - 3)
    ]
    return RuledArea(rect, tuple(run.rules), drawn, tuple(run.lines), all(sides))


def _groups(rules: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Yield rules of the same ends, from top to bottom."""
    groups: list[list[Segment]] = []
    for rule in rules:
        if rule.end - rule.start < _SHORTEST:
            continue
        for group in groups:
            first = group[0]
            if abs(first.start - rule.start) < _ENDS and abs(first.end - rule.end) < _ENDS:
                group.append(rule)
                break
        else:
            groups.append([rule])
    yield from (group for group in groups if len(group) > 1)


def _runs(rules: Sequence[Segment], lines: Sequence[PartedLine]) -> list[_Run]:
    """Return the stretches of rules between which rows may stand."""
    runs = [_Run([rules[0]])]
    for above, below in pairwise(rules):
        between = _between(lines, above.at, below.at)
        if _parts_tables(between, below.at - above.at):
            runs.append(_Run())
        else:
            stretches = _stretches(between)
            runs[-1].lines.extend(stretches[0])
            runs.extend(_Run(lines=stretch) for stretch in stretches[1:])
        runs[-1].rules.append(below)
    return [run for run in runs if run.rules and len(run.lines) > 1]


def _between(lines: Sequence[PartedLine], top: float, bottom: float) -> list[PartedLine]:
    return [line for line in lines if top < (line.rect.top + line.rect.bottom) / 2 < bottom]


def _stretches(lines: Sequence[PartedLine]) -> list[list[PartedLine]]:
    """Return lines cut at wide gaps."""
    stretches: list[list[PartedLine]] = [list(lines[:1])]
    for above, below in pairwise(lines):
        if below.rect.top - above.rect.bottom > _WIDE_GAP * below.size:
            stretches.append([])
        stretches[-1].append(below)
    return stretches


def _parts_tables(between: Sequence[PartedLine], height: float) -> bool:
    """Tell whether what stands between two rules is between two tables."""
    if not between:
        return height > 40
    if any(_is_title(line) for line in between):
        return True
    return len(between) > 1 and all(len(line.parts) == 1 for line in between)


def _is_title(line: PartedLine) -> bool:
    return is_caption(" ".join(word.text for word in line.words))


def _beside(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    inside = [word for word in words if area.rect.x0 <= _middle(word) <= area.rect.x1]
    return parted_lines(inside)


def _goes_beyond(line: PartedLine, area: RuledArea, words: Sequence[Word]) -> bool:
    """Tell whether a line of text goes on, without a gap, where an area ends."""
    space = _WORD_SPACE * line.size
    return any(
        not area.rect.x0 <= _middle(word) <= area.rect.x1
        and same_row(line.rect, word.rect)
        and (abs(line.rect.x0 - word.rect.x1) < space or abs(word.rect.x0 - line.rect.x1) < space)
        for word in words
    )


def _is_inset(line: PartedLine, rect: Rect) -> bool:
    """Tell whether a line is a title over the columns rather than the label of a row."""
    return line.rect.x0 > rect.x0 + 0.2 * rect.width


def _middle(word: Word) -> float:
    return (word.rect.x0 + word.rect.x1) / 2
