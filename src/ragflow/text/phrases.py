"""Telling phrases of a passage, by the statistics of the text that it is a part of.

In: the passages of one text, then one of them. Out: its words and phrases, best first, as they are
spelled in it. A phrase is a run of up to three words without a stop word or a mark between them
(as in RAKE, Rose et al. 2010) that stands in the passage twice or is a name; it scores

    frequency in the passage · square root of its length · mean idf of its words,

where idf is log(1 + passages / passages with the word). Names, which stand capitalised within a
sentence, count 1.5 times. A phrase of which a better one holds every word, or the reverse, is left
out. The same passages always give the same phrases.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import RUN, words

_TAG = re.compile(r"<[^<>]{1,200}>")
_LONGEST = 3  # words
_LEAST_LETTERS = 3  # of a word in letters; a Chinese word may have two
_NAME_FACTOR = 1.5
_OPENINGS = " \t\"'“‘(（"
_SENTENCE_ENDS = frozenset(".!?。！？:：\n")


@dataclass(frozen=True, slots=True)
class _Word:
    token: str
    start: int
    end: int
    is_han: bool
    is_name: bool


@dataclass(slots=True)
class _Phrase:
    spelling: str
    tokens: tuple[str, ...]
    count: int = 0
    names: int = 0


@dataclass(slots=True)
class Phrases:
    """Know how many passages of a text hold each word."""

    passages: Iterable[str]
    total: int = field(default=0, init=False)
    holders: Counter[str] = field(default_factory=Counter, init=False)

    def __post_init__(self) -> None:
        for passage in self.passages:
            self.total += 1
            self.holders.update({word.token for word in _telling_words(_TAG.sub(" ", passage))})
        self.passages = ()

    def telling(self, passage: str, most: int) -> tuple[str, ...]:
        """Return the most telling words and phrases of a passage; ties in reading order."""
        text = _TAG.sub(" ", passage)
        ranked = sorted(_candidates(text), key=lambda phrase: -self._score(phrase))
        chosen: list[_Phrase] = []
        for phrase in ranked:
            if len(chosen) == most:
                break
            if not any(_overlap(phrase, other) for other in chosen):
                chosen.append(phrase)
        return tuple(phrase.spelling for phrase in chosen)

    def _score(self, phrase: _Phrase) -> float:
        rarity = sum(
            math.log(1 + max(self.total, 1) / max(self.holders[token], 1))
            for token in phrase.tokens
        ) / len(phrase.tokens)
        factor = _NAME_FACTOR if 2 * phrase.names > phrase.count else 1.0
        return phrase.count * math.sqrt(len(phrase.tokens)) * rarity * factor


def _candidates(text: str) -> list[_Phrase]:
    """Return the phrases of a text in reading order."""
    phrases: dict[tuple[str, ...], _Phrase] = {}
    for run in _runs(text):
        for start in range(len(run)):
            for length in range(1, min(_LONGEST, len(run) - start) + 1):
                part = run[start : start + length]
                tokens = tuple(word.token for word in part)
                spelling = " ".join(text[part[0].start : part[-1].end].split())
                phrase = phrases.setdefault(tokens, _Phrase(spelling, tokens))
                phrase.count += 1
                phrase.names += all(word.is_name for word in part)
    return [
        phrase
        for phrase in phrases.values()
        if len(phrase.tokens) == 1 or phrase.count > 1 or phrase.names
    ]


def _runs(text: str) -> Iterator[list[_Word]]:
    """Yield the telling words that follow one another without a stop word or a mark between."""
    run: list[_Word] = []
    for word in _telling_words(text):
        if run and not _adjacent(text, run[-1], word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _adjacent(text: str, first: _Word, second: _Word) -> bool:
    between = text[first.end : second.start]
    return first.is_han == second.is_han and between == ("" if first.is_han else " ")


def _telling_words(text: str) -> Iterator[_Word]:
    for run in RUN.finditer(text):
        if run.lastgroup == "han":
            yield from _chinese_words(run)
            continue
        token = " ".join(word.text for word in words(run.group()))
        if token and _tells(run.group(), token):
            yield _Word(token, run.start(), run.end(), False, _is_name(text, run))


def _chinese_words(run: re.Match[str]) -> Iterator[_Word]:
    """Yield the words of a Chinese run where they stand; none where normalising moved them."""
    found = [word.text for word in words(run.group())]
    if sum(map(len, found)) != len(run.group()):
        return
    start = run.start()
    for token in found:
        if len(token) > 1 and token not in stop_words():
            yield _Word(token, start, start + len(token), True, False)
        start += len(token)


def _tells(spelling: str, token: str) -> bool:
    if token in stop_words():
        return False
    if spelling.isascii():
        return len(spelling) >= _LEAST_LETTERS and not spelling.replace(".", "").isdigit()
    return len(spelling) > 1


def _is_name(text: str, run: re.Match[str]) -> bool:
    """Tell a word that stands capitalised, or has a digit, within a sentence."""
    spelling = run.group()
    if not (spelling[0].isupper() or any(character.isdigit() for character in spelling)):
        return False
    before = text[max(run.start() - 8, 0) : run.start()].rstrip(_OPENINGS)[-1:]
    return bool(before) and before not in _SENTENCE_ENDS


def _overlap(one: _Phrase, other: _Phrase) -> bool:
    first, second = set(one.tokens), set(other.tokens)
    return first <= second or second <= first
