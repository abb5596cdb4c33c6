"""Areas between rules: where tables with horizontal rules alone may stand.

In: the rulings of a sheet and its words. Out: areas between rules of the same ends, cut where
titles or running text stand between two tables, the small ones first; each with the lines around
it that may belong to it though they stand outside of the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.paragraphs import is_caption
from ragflow.ingest.parse.pdf.parts import PartedLine, parted_lines
from ragflow.ingest.parse.pdf.rulings import Rulings, Segment
from ragflow.ingest.parse.pdf.sheet import Rect

_SHORTEST = 60.0  # points
_ENDS = 8.0  # points by which the ends of a table's rules differ
_FARTHEST = 1.2  # of the size, from a rule to a line outside of it
_MOST_ABOVE = 5  # lines of column names above the first rule


@dataclass(frozen=True, slots=True)
class RuledArea:
    """Hold an area between rules, with all rules in it."""

    rect: Rect
    rules: tuple[Segment, ...]


def ruled_areas(rulings: Rulings, words: Sequence[Word]) -> list[RuledArea]:
    """Return the areas between two or more horizontal rules with the same ends."""
    areas: list[RuledArea] = []
    for rules in _groups(rulings.horizontal):
        start, end = min(r.start for r in rules) - 3, max(r.end for r in rules) + 3
        inside = [word for word in words if start <= _middle(word) <= end]
        for run in _runs(rules, parted_lines(inside)):
            top, bottom = run[0].at - 1, run[-1].at + 1
            drawn = tuple(
                rule
                for rule in rulings.horizontal
                if top <= rule.at <= bottom and rule.end > start and rule.start < end
            )
            areas.append(RuledArea(Rect(start, end, top, bottom), drawn))
    return sorted(areas, key=lambda area: (area.rect.height * area.rect.width, area.rect.top))


def lines_above(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines right above an area that may name its columns."""
    lines = [line for line in _beside(area, words) if line.rect.bottom < area.rect.top + 3]
    taken = _chain(lines[::-1], area.rect.top, upwards=True)[:_MOST_ABOVE]
    while taken and len(taken[-1].parts) < 2:
        taken.pop()
    return taken[::-1]


def lines_below(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    """Return the lines right below an area that may be rows of it."""
    lines = [line for line in _beside(area, words) if line.rect.top > area.rect.bottom - 3]
    taken = _chain(lines, area.rect.bottom, upwards=False)
    while taken and len(taken[-1].parts) < 2:
        taken.pop()
    return taken


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


def _runs(rules: Sequence[Segment], lines: Sequence[PartedLine]) -> Iterator[list[Segment]]:
    """Yield the stretches of rules between which rows may stand."""
    run = [rules[0]]
    for above, below in pairwise(rules):
        if _parts_tables(lines, above.at, below.at):
            if len(run) > 1:
                yield run
            run = []
        run.append(below)
    if len(run) > 1:
        yield run


def _parts_tables(lines: Sequence[PartedLine], top: float, bottom: float) -> bool:
    """Tell whether what stands between two rules is between two tables."""
    between = [line for line in lines if top < (line.rect.top + line.rect.bottom) / 2 < bottom]
    if not between:
        return bottom - top > 40
    if any(is_caption(" ".join(word.text for word in line.words)) for line in between):
        return True
    return len(between) > 1 and all(len(line.parts) == 1 for line in between)


def _chain(lines: Sequence[PartedLine], edge: float, *, upwards: bool) -> list[PartedLine]:
    """Return the lines that follow each other closely from an edge."""
    taken: list[PartedLine] = []
    lone = 0
    for line in lines:
        gap = edge - line.rect.bottom if upwards else line.rect.top - edge
        lone = 0 if len(line.parts) > 1 else lone + 1
        if gap > _FARTHEST * line.size or lone > 2:
            break
        if is_caption(" ".join(word.text for word in line.words)):
            break
        taken.append(line)
        edge = line.rect.top if upwards else line.rect.bottom
    return taken


def _beside(area: RuledArea, words: Sequence[Word]) -> list[PartedLine]:
    inside = [word for word in words if area.rect.x0 <= _middle(word) <= area.rect.x1]
    return parted_lines(inside)


def _middle(word: Word) -> float:
    return (word.rect.x0 + word.rect.x1) / 2
