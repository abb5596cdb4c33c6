"""Candidates: the units of a passage as an answer would say them, with the terms to compare.

In: a passage and the terms of a question. Out: its sentences, rows and headings in order. A row is
said with the caption of its table; a long row with the fields that count.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from ragflow.domain.answers import Passage
from ragflow.text.units import Unit, UnitKind, split_units

_LONGEST_ROW = 400  # characters
_KEY_FIELDS = 3  # of a long row
_LONGEST_CAPTION = 100  # characters
_ABBREVIATION = re.compile(r"\b([^\W\d_]{3,})\.(?=[ ;,:/)].)")  # not at the end of a sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a unit; `index` is its passage's mark, `place` its passage's rank.

    `heading` are the terms of what stands above it: a heading, the caption of a table.
    """

    text: str
    index: int
    place: int
    start: int
    kind: UnitKind
    terms: frozenset[str]
    heading: frozenset[str]

    @property
    def is_row(self) -> bool:
        """Tell a row of a table or a sheet."""
        return self.kind is UnitKind.ROW


def candidates_of(passage: Passage, place: int, wanted: set[str]) -> list[Candidate]:
    """List the units of a passage."""
    sentences: list[Candidate] = []
    heading = frozenset[str]()
    for unit in split_units(passage.content):
        text = _said(unit, wanted)
        terms = telling_terms(unit.text) | _abbreviated(unit.text, wanted)
        above = heading | telling_terms(unit.caption)
        sentences.append(
            Candidate(text, passage.index, place, unit.span.start, unit.kind, terms, above)
        )
        if unit.kind is UnitKind.HEADING:
            heading = terms
    return sentences


def _said(unit: Unit, wanted: set[str]) -> str:
    """Return a unit as it is said: a row with the caption of its table, without what is too much.

    Of a long row its first fields, which tell it from others, and those that were asked for stay.
    """
    text = unit.text
    if unit.kind is UnitKind.ROW and len(text) > _LONGEST_ROW and len(unit.fields) > _KEY_FIELDS:
        asked = [bool(telling_terms(field.text) & wanted) for field in unit.fields]
        kept = [
            field.text
            for number, field in enumerate(unit.fields)
            if number < _KEY_FIELDS or asked[number]
        ]
        text = "; ".join(kept)
    if not unit.caption or unit.kind is not UnitKind.ROW:
        return text
    return f"{textwrap.shorten(unit.caption, _LONGEST_CAPTION, placeholder=' …')} — {text}"


def telling_terms(text: str) -> frozenset[str]:
    """Return the tokens of a text that have a meaning of their own."""
    from ragflow.text.stopwords import stop_words
    from ragflow.text.tokenise import tokenise

    return frozenset(tokenise(text)) - stop_words()


def _abbreviated(text: str, wanted: set[str]) -> frozenset[str]:
    """Return the words of the question that a text abbreviates, as `temp.` does temperature."""
    stumps = [stump.lower() for stump in _ABBREVIATION.findall(text)]
    return frozenset(
        word for word in wanted if any(word != stump and word.startswith(stump) for stump in stumps)
    )
