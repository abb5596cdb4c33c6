"""Measures of parsing: shares of words, numbers, cells and headings found, and reading order.

All compare multisets or sequences of normalised words (NFKC, lower case). Words of scripts written
without spaces are cut into characters, as where a run of them ends says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


@dataclass(slots=True)
class Match:
    """Count what was found of what was wanted, and how much was given."""

    found: int = 0
    wanted: int = 0
    given: int = 0

    @classmethod
    def of(cls, wanted: Counter[str], given: Counter[str]) -> Match:
        """Compare two multisets."""
        return cls((wanted & given).total(), wanted.total(), given.total())

    def add(self, other: Match) -> None:
        """Pool another file's counts."""
        self.found += other.found
        self.wanted += other.wanted
        self.given += other.given

    @property
    def recall(self) -> float | None:
        """Return the share of what was wanted that was found; None where nothing was wanted."""
        return self.found / self.wanted if self.wanted else None

    @property
    def precision(self) -> float | None:
        """Return the share of what was given that was wanted; None where nothing was given."""
        return self.found / self.given if self.given else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of both; None where nothing was wanted."""
        return 2 * self.found / (self.wanted + self.given) if self.wanted else None


def words(text: str) -> list[str]:
    """Return the words of a text in their order."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def numbers(of: Iterable[str]) -> Counter[str]:
    """Count the words with digits."""
    return Counter(word for word in of if any(c.isdigit() for c in word))


def keys(texts: Iterable[str]) -> Counter[str]:
    """Count texts, such as cells or headings, by their letters and digits alone."""
    return Counter(key for text in texts if (key := "".join(words(text))))


def order(wanted: Sequence[str], given: Sequence[str]) -> float | None:
    """Return how far the words that were found stand in the order of the reference.

    The length of the longest common subsequence of both texts, divided by the number of words that
    they have in common in any order (each as often as in the one that has it less often). 1 where
    all that was found stands in order; two columns read across each other give about 0.5. Words
    that were missed or added do not count: recall is for those. None where nothing was found. The
    same similarity is ROUGE-L's numerator (Lin, 2004); it is exact here, in the bit-parallel form
    of Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
    """
    common = (Counter(wanted) & Counter(given)).total()
    return common_subsequence(wanted, given) / common if common else None


def common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    places: dict[str, int] = {}
    for position, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << position
    full = (1 << len(first)) - 1
    row = full
    for word in second:
        if matches := places.get(word):
            kept = row & matches
            row = (row + kept | row - kept) & full
    return len(first) - row.bit_count()
