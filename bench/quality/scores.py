"""Scores of single files, and what they come to over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from metrics import Match, keys, numbers, order, words
from references import Reference
from serving import CANNOT_READ, Reading


@dataclass(frozen=True, slots=True)
class Score:
    """Hold the figures of one file; None where the reference or the reader does not say."""

    name: str
    kind: str
    error: str
    words: Match | None
    kept: Match | None
    numbers: Match | None
    order: float | None
    cells: Match | None
    headings: Match | None
    pages: int
    cpu_seconds: float
    peak_mib: float

    @property
    def unread(self) -> bool:
        """Tell whether the format is none of the reader's."""
        return self.error == CANNOT_READ


def score(reference: Reference, reading: Reading) -> Score:
    """Compare what was read of a file with what it says."""
    given = words(reading.text)
    said = reference.words
    wanted = Counter(said or ())
    kept = given if reading.kept is None else words(reading.kept)
    cells = keys(cell for rows in reading.tables or () for row in rows for cell in row)
    return Score(
        name=reference.name,
        kind=reference.kind,
        error=reading.error,
        words=None if said is None else Match.of(wanted, Counter(given)),
        kept=None if said is None else Match.of(wanted, Counter(kept)),
        numbers=None if said is None else Match.of(numbers(said), numbers(given)),
        order=order(said, given) if said and not reading.error else None,
        cells=(
            None
            if reading.tables is None and not reading.error
            else Match.of(reference.cells, cells)
        ),
        headings=(
            None
            if reference.headings is None or (reading.headings is None and not reading.error)
            else Match.of(reference.headings, keys(reading.headings or ()))
        ),
        pages=reading.pages,
        cpu_seconds=reading.cpu_seconds,
        peak_mib=reading.peak_mib,
    )


MEASURES: dict[str, Callable[[Score], float | None]] = {
    "words": lambda of: of.words.recall if of.words else None,
    "kept": lambda of: of.kept.recall if of.kept else None,
    "numbers": lambda of: of.numbers.recall if of.numbers else None,
    "order": lambda of: of.order,
    "cells": lambda of: of.cells.recall if of.cells else None,
    "headings": lambda of: of.headings.f1 if of.headings else None,
}
"""What each file has a figure of, between 0 and 1."""


def summary(scores: Sequence[Score]) -> dict[str, Any]:
    """Return the figures over files: means of the files' figures, and pooled over all they say."""
    read = [each for each in scores if not each.unread]
    if not read:
        return {"files": 0, "unread": len(scores)}
    pages = sum(each.pages for each in read)
    seconds = sum(each.cpu_seconds for each in read if each.pages)
    headings = _pooled(each.headings for each in read)
    return {
        "files": len(read),
        "unread": len(scores) - len(read),
        "failed": sum(bool(each.error) for each in read),
        "mean": {name: _mean(map(measure, read)) for name, measure in MEASURES.items()},
        "pooled": {
            "words": _rounded(_pooled(each.words for each in read).recall),
            "kept": _rounded(_pooled(each.kept for each in read).recall),
            "numbers": _rounded(_pooled(each.numbers for each in read).recall),
            "cells": _rounded(_pooled(each.cells for each in read).recall),
            "heading_precision": _rounded(headings.precision),
            "heading_recall": _rounded(headings.recall),
            "headings": _rounded(headings.f1),
        },
        "pages": pages,
        "pages_per_cpu_second": round(pages / seconds, 1) if pages and seconds else None,
        "peak_mib": round(max(each.peak_mib for each in read)),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _rounded(fmean(known)) if known else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _pooled(matches: Iterable[Match | None]) -> Match:
    total = Match()
    for match in matches:
        if match is not None:
            total.add(match)
    return total
