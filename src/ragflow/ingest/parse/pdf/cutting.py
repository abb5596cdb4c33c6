"""Runs of characters without a space, cut where one of them holds several words.

In: the runs of one direction of writing, and where their characters leave each other. Out: the
pieces of the runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any, NamedTuple

from ragflow.ingest.parse.pdf.looks import Look


class Tokens(NamedTuple):
    """Hold the first characters of words, those after their last ones, and how they are set."""

    starts: Sequence[int]
    ends: Sequence[int]
    looks: Sequence[Look]


def cut(
    tokens: Tokens,
    leaves: Any,
    marks: Set[int],
    look_of: Callable[[int], Look],
    cuts: Set[int] = frozenset(),
    joined: Set[int] = frozenset(),
) -> tuple[Tokens, Sequence[bool]]:
    """Cut tokens where their characters jump away from each other; tell which pieces lead.

    These stand after a space or are the `marks` of notes at the ends of words. `leaves` tells of
    each character whether it leaves the one before; at `cuts`, the direction of writing changes,
    and those that are `joined` follow no space though they are tokens.
    """
    import numpy as np

    leaves[list(marks)] = True
    leaves[list(cuts)] = True
    passed = np.cumsum(leaves)
    torn = passed[np.array(tokens.ends) - 1] > passed[np.array(tokens.starts)]
    if not torn.any():
        return tokens, (True,) * len(tokens.starts)
    pieces: list[tuple[int, int, Look, bool]] = []
    for first, end, look, is_torn in zip(*tokens, torn.tolist(), strict=True):
        leads = first not in joined
        if is_torn:
            for index in range(first + 1, end):
                if leaves[index]:
                    pieces.append((first, index, look, leads))
                    first, look = index, look_of(index)
                    leads = index in marks
        pieces.append((first, end, look, leads))
    starts, ends, looks, led = zip(*pieces, strict=True)
    return Tokens(starts, ends, looks), led
