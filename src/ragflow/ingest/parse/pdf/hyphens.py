"""Hyphens at the ends of lines: which join two halves of a word, and which belong to it.

In: the end of one line and the start of the next. Out: how they join. The document's own words
decide: a compound that it writes with a hyphen elsewhere keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ragflow.ingest.parse.pdf.lines import gap_text

_BROKEN = re.compile(r"([^\W\d_][\w-]*)([-\u2010\u00ad])$")
_AFTER_LETTER = re.compile(r"\w[-\u2010\u00ad]$")
_HYPHENS = ("-", "\u2010", "\u00ad")
_NEXT = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_][\w-]*\w")


class Joint(NamedTuple):
    """Hold a line's text as it joins the next one, and the hyphen that was taken out."""

    text: str
    removed: str = ""


class Vocabulary:
    """Know the words that a document writes within its lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            if "-" in line:
                self._words.update(word.casefold() for word in _WORD.findall(line) if "-" in word)

    def join(self, left: str, right: str) -> Joint:
        """Return the left line as it joins the right one."""
        if not left.endswith(_HYPHENS) or not _AFTER_LETTER.search(left) or not right[:1].isalnum():
            return Joint(left + gap_text(left, right))
        broken, following = _BROKEN.search(left), _NEXT.match(right)
        if broken is None or following is None or not right[0].islower():
            return Joint(left)
        stem, hyphen = broken.groups()
        compound = f"{stem}-{following[0]}".casefold()
        if hyphen != "\u00ad" and ("-" in stem or compound in self._words):
            return Joint(left)
        return Joint(left[:-1], hyphen)
