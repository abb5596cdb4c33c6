"""Words at the ends of lines: which hyphens join two halves of one, and which belong to it.

In: the end of one line and the start of the next. Out: how they join. The document's own words
decide: a compound that it writes with a hyphen elsewhere keeps it. So does a word whose hyphen
stands for the rest of another one, as in "pre- and post-war". Korean, which is written with
spaces, may be cut within a word without a sign: its halves join where the document has the whole
word elsewhere, and not each half for itself.
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
_HANGUL = "\uac00-\ud7a3"
_LAST_HANGUL = re.compile(rf"(?:^|\s)([{_HANGUL}]+)$")
_FIRST_HANGUL = re.compile(rf"[{_HANGUL}]+")
_INNER_HANGUL = re.compile(rf"(?<=\s)[{_HANGUL}]+(?=[\s.,!?])")  # whole, since not at an edge
_COMPOUND = re.compile(r"[^\W\d_][\w-]*\w")
_BETWEEN_PARTS = re.compile(
    r"(?:and|or|und|oder|sowie|bis|et|ou|y|o|e|и|или)(?!\w)"
    r"|(?:to|nor|through)\s+\w+[-\u2010]"  # they end words too, as in "mi-nor"
)
"""What a word may be followed by whose hyphen stands for the end of a later one."""


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
                found = _COMPOUND.findall(line)
                self._words.update(word.casefold() for word in found if "-" in word)
            if not line.isascii():
                self._words.update(_INNER_HANGUL.findall(line))

    def join(self, left: str, right: str) -> Joint:
        """Return the left line as it joins the right one."""
        if self._is_cut(left, right):
            return Joint(left)
        if not left.endswith(_HYPHENS) or not _AFTER_LETTER.search(left) or not right[:1].isalnum():
            return Joint(left + gap_text(left, right))
        if not left.endswith("\u00ad") and _BETWEEN_PARTS.match(right):
            return Joint(f"{left} ")
        broken, following = _BROKEN.search(left), _NEXT.match(right)
        if broken is None or following is None or not right[0].islower():
            return Joint(left)
        stem, hyphen = broken.groups()
        compound = f"{stem}-{following[0]}".casefold()
        if hyphen != "\u00ad" and ("-" in stem or compound in self._words):
            return Joint(left)
        return Joint(left[:-1], hyphen)

    def _is_cut(self, left: str, right: str) -> bool:
        """Tell whether a Korean word begins on one line and ends on the next."""
        begun, rest = _LAST_HANGUL.search(left), _FIRST_HANGUL.match(right)
        if begun is None or rest is None or begun[1] + rest[0] not in self._words:
            return False
        return begun[1] not in self._words or rest[0] not in self._words
