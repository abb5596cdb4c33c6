"""Numbers of headings: `Chapter 2`, `Article 5`, `§ 7`, `第三条`, `一、`, `1.2`.

In: the beginning of a paragraph. Out: which way of numbering it follows, and where the number ends.
References to other parts ("Section 5 of the Act provides") are no headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Rank(IntEnum):
    """Name the ways of numbering, from the widest part to the narrowest."""

    PART = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    PARAGRAPH = 5
    HAN = 6
    HAN_IN_BRACKETS = 7
    NUMBER = 8
    NUMBER_2 = 9
    NUMBER_3 = 10
    NUMBER_4 = 11

    @property
    def is_plain(self) -> bool:
        """Tell bare numbers, which lists have too, from numbers with a name."""
        return self >= Rank.HAN


@dataclass(frozen=True, slots=True)
class Number:
    """Hold a number that a paragraph begins with; `end` is where the words after it begin."""

    rank: Rank
    end: int


_COUNT = (
    r"(?:\d+[a-z]?(?:[.-]\d+)*|[IVXLC]+|[A-Z]|(?i:x{0,2}(?:i{1,3}|iv|vi{0,3}|ix|x)|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|eleven|twelve|first|premier))"
)
_THEN = r"(?:\s*$|\s*[.:–—-](?:\s|$)|\s+(?=[^a-z\s])|(?=\())"
_HAN_COUNT = r"[一二三四五六七八九十百千零〇两\d]+"
_HAN_THEN = r"(?:\s+|\s*[:：.]\s*|(?!的|款|项|规定|之|[至和与或、，]第|、|，|,|）|\)))"


def _english(words: str) -> str:
    return rf"(?i:{words})\s*{_COUNT}{_THEN}"


def _chinese(words: str) -> str:
    return rf"第\s*{_HAN_COUNT}\s*(?:{words}){_HAN_THEN}"


_PATTERNS: dict[Rank, tuple[str, ...]] = {
    Rank.PART: (_chinese("编|編|篇|部分"), _english(r"part\s|title\s|book\s|volume\s")),
    Rank.CHAPTER: (_chinese("章"), _english(r"chapter\s|annex\s|appendix\s|schedule\s")),
    Rank.SECTION: (_chinese("节|節"), _english(r"section\s|sec\.|subchapter\s")),
    Rank.ARTICLE: (
        _chinese(rf"[条條](?:之{_HAN_COUNT})?"),
        _english(r"article\s|art\.|rule\s|clause\s"),
    ),
    Rank.PARAGRAPH: (_english("§§?"),),
    Rank.HAN: (r"[一二三四五六七八九十百]+\s*[、．]\s*",),
    Rank.HAN_IN_BRACKETS: (r"[（(][一二三四五六七八九十百]+[）)]\s*",),
    Rank.NUMBER: (r"\d{1,3}\s*[、．]\s*", r"\d{1,3}\.\s+"),
    Rank.NUMBER_2: (r"\d{1,3}\.\d{1,3}\.?\s+",),
    Rank.NUMBER_3: (r"\d{1,3}(?:\.\d{1,3}){2}\.?\s+",),
    Rank.NUMBER_4: (r"\d{1,3}(?:\.\d{1,3}){3}\.?\s+",),
}
_ANY = tuple((rank, re.compile("|".join(alternatives))) for rank, alternatives in _PATTERNS.items())
_BEGINNING = 64  # characters; no number is longer


def number_of(text: str) -> Number | None:
    """Return the number that a paragraph begins with."""
    beginning = text[:_BEGINNING]
    for rank, pattern in _ANY:
        match = pattern.match(beginning)
        if match:
            return Number(rank, match.end())
    return None
