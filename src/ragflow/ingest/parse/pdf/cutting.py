"""Runs of characters without a space, cut where one of them holds several words.

In: the runs of one direction of writing, and where their characters leave each other. Out: the
pieces of the runs. Signs beside Latin letters in right-to-left text become pieces of their own: on
the page they may stand on the other side of these than in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.looks import Look

RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""A character of a script that is written from right to left."""
_LATIN = re.compile("[0-9A-Za-z\u00c0-\u024f]")
_CORE = re.compile(
    "[$€£#]?[0-9A-Za-z\u00c0-\u024f](?:[^\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]*[0-9A-Za-z\u00c0-\u024f])?[%°]?"
)
"""Latin letters or digits with the signs between them, that are read from left to right."""


class Tokens(NamedTuple):
    """Hold the first characters of words, those after their last ones, and how they are set."""

    starts: Sequence[int]
    ends: Sequence[int]
    looks: Sequence[Look]


def cut(
    text: str,
    tokens: Tokens,
    leaves: Any,
    marks: Set[int],
    look_of: Callable[[int], Look],
    *,
    rtl: bool,
) -> tuple[Tokens, Sequence[bool]]:
    """Cut tokens where their characters jump away from each other; tell which pieces lead.

    These stand after a space or where the direction of writing changes, or are the `marks` of
    notes at the ends of words. `leaves` tells of each character whether it leaves the one before.
    """
    import numpy as np

    leaves[list(marks)] = True
    passed = np.cumsum(leaves)
    torn = passed[np.array(tokens.ends) - 1] > passed[np.array(tokens.starts)]
    if not rtl and not torn.any():
        return tokens, (True,) * len(tokens.starts)
    pieces: list[tuple[int, int, Look, bool]] = []
    for first, end, look, is_torn in zip(*tokens, torn.tolist(), strict=True):
        leads = True
        turns = _turns(text, first, end) if rtl else ()
        edges = _edges(text, first, end) if rtl else ()
        if turns or edges or is_torn:
            for index in range(first + 1, end):
                if leaves[index] or index in turns or index in edges:
                    pieces.append((first, index, look, leads))
                    first, look = index, look_of(index)
                    leads = index in turns or index in marks
        pieces.append((first, end, look, leads))
    starts, ends, looks, led = zip(*pieces, strict=True)
    return Tokens(starts, ends, looks), led


def _turns(text: str, start: int, end: int) -> set[int]:
    """Return where, between Latin and right-to-left letters, the direction of writing changes."""
    if text[start:end].isascii() or not RTL.search(text, start, end):
        return set()
    return {
        index
        for index in range(start + 1, end)
        if (RTL.match(text[index]) and _LATIN.match(text[index - 1]))
        or (_LATIN.match(text[index]) and RTL.match(text[index - 1]))
    }


def _edges(text: str, start: int, end: int) -> set[int]:
    """Return where signs end before Latin letters or digits, and where they begin after these."""
    core = _CORE.search(text, start, end)
    if core is None or (core.start() == start and core.end() == end):
        return set()
    places = {place for found in _CORE.finditer(text, start, end) for place in found.span()}
    return places - {start, end}
