"""Evidence: whether a passage supports a claim, and the exact words of it that do.

In: a claim, which is a sentence or a clause of an answer, and hits. Out: the best quote of a hit
and how much of the claim it holds. A quote is one to three sentences in a row, or rows of a table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ragflow.domain.chunks import ChunkKind
from ragflow.domain.documents import Span
from ragflow.domain.queries import Hit
from ragflow.text.html_tables import Field
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import tokenise
from ragflow.text.units import Unit, split_units

_MOST_UNITS = 3
_WORTHWHILE_GAIN = 0.1  # of support, for a longer quote
_NAME_WEIGHT = 2.0
_NUMBER_WEIGHT = 2.0
_LETTER_WEIGHT = 0.25
_NAMES_PER_MISS = 4  # of so many names in a claim, one may be unknown to the passage

_LIST_MARK = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•|>]\s+|\(?\d{1,3}[.)、]\s*(?=\D))+")
_COLON = re.compile("[:：]")
_WORD = re.compile(r"[^\W_](?:[\w’'-]*\w)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "zero 零",
            "one first january jan 一",
            "two second february feb 二 两",
            "three third march mar 三",
            "four fourth april apr 四",
            "five fifth may 五",
            "six sixth june jun 六",
            "seven seventh july jul 七",
            "eight eighth august aug 八",
            "nine ninth september sep sept 九",
            "ten tenth october oct 十",
            "eleven eleventh november nov 十一",
            "twelve twelfth december dec 十二",
        )
    )
    for word in words.split()
}
_NUMBER_WORD = re.compile("[零一二两三四五六七八九十]+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Quote:
    """Point to the words of hit `index` that support a claim, by the share `support` of it."""

    index: int
    span: Span
    support: float


class Claim:
    """Hold what a sentence states: its telling words, its numbers and its names."""

    def __init__(self, text: str) -> None:
        self.said = text
        self._text = _LIST_MARK.sub("", text)
        self.numbers = numbers_in(self._text)

    @cached_property
    def names(self) -> tuple[frozenset[str], ...]:
        """Return the tokens of each name: words with a capital that no sentence begins with."""
        words = list(_WORD.finditer(self._text))
        if 2 * sum(word[0][0].isupper() for word in words) > len(words) > 3:
            return ()  # a headline
        names: list[str] = []
        last_end = -1
        for place, word in enumerate(words):
            follows_word = place > 0 and self._text[word.start() - 1] == " "
            if len(word[0]) < 2 or not word[0][0].isupper():
                continue
            if not follows_word and not word[0].isupper():
                continue
            if names and word.start() == last_end + 1:
                names[-1] += f" {word[0]}"
            else:
                names.append(word[0])
            last_end = word.end()
        found = (frozenset(tokenise(name)) - stop_words() for name in names)
        return tuple(name for name in found if name)

    @cached_property
    def weights(self) -> dict[str, float]:
        """Return the weight of each telling token."""
        named = frozenset[str]().union(*self.names)
        return {
            token: self._weight(token, token in named)
            for token in tokenise(self._text)
            if token not in stop_words()
        }

    def _weight(self, token: str, is_name: bool) -> float:
        if is_name:
            return _NAME_WEIGHT
        if any(character.isdigit() for character in token):
            return _NUMBER_WEIGHT
        return _LETTER_WEIGHT if len(token) == 1 and token.isascii() else 1.0


@dataclass(frozen=True, slots=True)
class _Unit:
    span: Span
    tokens: frozenset[str]
    numbers: frozenset[str]
    fields: tuple[Field, ...] = ()

    def contradicts(self, claim: Claim) -> bool:
        """Tell whether a claim of the form `name: value; …` gives a column another value.

        Sentences of another form are judged by their words alone.
        """
        named = [field for field in self.fields if field.name]
        if not named or not _COLON.search(claim.said):
            return False
        pairs = _pairs(claim.said, [field.name for field in named])
        return any(
            not any(field.name == name and _agree(field.value, value) for field in named)
            for name, value in pairs
        )


class Source:
    """Offer a hit's content as evidence; it is analysed when it is first asked."""

    def __init__(self, index: int, hit: Hit) -> None:
        self.index = index
        self.content = hit.chunk.content
        self.is_summary = hit.chunk.kind is ChunkKind.SUMMARY
        self._title = hit.document_name

    @cached_property
    def units(self) -> Sequence[_Unit]:
        """Return the smallest quotable parts: sentences, and rows of tables."""
        return [_unit(unit) for unit in split_units(self.content)]

    @cached_property
    def context(self) -> frozenset[str]:
        """Return all tokens of the content and of the document's title."""
        title = frozenset(tokenise(self._title))
        return title.union(*(unit.tokens for unit in self.units))

    def best_quote(self, claim: Claim) -> Quote | None:
        """Return the quote that holds most of a claim; None where numbers or names differ.

        A longer quote must hold more, by a tenth of the claim for each further part.
        """
        whole = sum(claim.weights.values())
        given = self._known_names(claim)
        if not whole or given is None:
            return None
        best: tuple[float, Quote] | None = None
        for start in range(len(self.units)):
            tokens, numbers = given, frozenset[str]()
            for end in range(start, min(start + _MOST_UNITS, len(self.units))):
                tokens |= self.units[end].tokens & claim.weights.keys()
                numbers |= self.units[end].numbers
                if self.units[end].contradicts(claim):
                    break
                if not claim.numbers <= numbers or tokens == given:
                    continue
                support = sum(claim.weights.get(token, 0.0) for token in tokens) / whole
                score = support - _WORTHWHILE_GAIN * (end - start)
                if best is None or score > best[0] + 1e-9:
                    span = Span(self.units[start].span.start, self.units[end].span.end)
                    best = score, Quote(self.index, span, min(support, 1.0))
        return best[1] if best else None

    def _known_names(self, claim: Claim) -> frozenset[str] | None:
        """Return the names of a claim that the passage or its title has; None where others miss."""
        known = [name & self.context for name in claim.names]
        pairs = zip(known, claim.names, strict=True)
        missing = sum(2 * len(found) < len(name) for found, name in pairs)
        if missing > len(known) // _NAMES_PER_MISS:
            return None
        return frozenset[str]().union(*known)


def _unit(unit: Unit) -> _Unit:
    """Analyse a unit; a row is read with the names of its columns and its table's caption."""
    words = f"{unit.caption} {unit.text}"
    numbers = numbers_in(words, spelled=True)
    return _Unit(unit.span, frozenset(tokenise(words)), numbers, unit.fields)


def _pairs(text: str, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs `name: value` of a text, each at its beginning or after a semicolon."""
    either = "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))
    found = list(re.finditer(rf"(?:^|; |— )({either})\s*[:：]\s*", text))
    ends = [match.start() for match in found[1:]]
    return [
        (match[1], text[match.end() : end].strip())
        for match, end in zip(found, [*ends, len(text)], strict=False)
    ]


def _agree(known: str, said: str) -> bool:
    """Tell whether one of two values has all the words of the other."""
    one, other = frozenset(tokenise(known)), frozenset(tokenise(said))
    if not one or not other:
        return known.strip() == said.strip()
    return one <= other or other <= one


def numbers_in(text: str, *, spelled: bool = False) -> frozenset[str]:
    """Return the numbers of a text in one spelling; with `spelled`, also those it says in words."""
    plain = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text))
    numbers = {_canonical(number) for number in _NUMBER.findall(plain)}
    if spelled:
        words = _NUMBER_WORD.findall(plain.lower())
        numbers.update(_NUMBER_WORDS[word] for word in words if word in _NUMBER_WORDS)
    return frozenset(numbers)


def _canonical(number: str) -> str:
    whole, _, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
