"""Marks of notes: raised numbers and signs after words, told from powers.

In: the text of a page and where a raised character stands. Out: whether it begins a mark. A power
stands after a unit or a function, or within a formula.
"""

from __future__ import annotations

import re

_REACH = 20  # characters that are looked at before a mark
_WORD_BEFORE = re.compile(r"([^\W\d_]{3,})[.,;:!?)\]\"”’»]{0,3}\Z")
_MARK = re.compile(r"(?:\d{1,3}|[ivx]{1,5}|[*∗†‡§¶]{1,3})(?!\w)(?!\s*[=≠≈<>≤≥+±−×·∙⋅/^])")
_RAISED_TO_POWERS = frozenset(
    """sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan log exp det var max min sup
    inf mol mmol rad deg bar mbar ohm kwh kev mev gev kcal inch inches feet metre metres meter
    meters pixel pixels""".split()  # noqa: SIM905
)
"""Functions and units of three letters or more."""


def is_note_mark(text: str, at: int) -> bool:
    """Tell whether a raised character begins the mark of a note: a number after a word."""
    word = _WORD_BEFORE.search(text, max(at - _REACH, 0), at)
    if word is None or word[1].casefold() in _RAISED_TO_POWERS:
        return False
    return _MARK.match(text, at) is not None
