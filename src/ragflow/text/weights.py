"""Weigh the words of a question: rare words, names and numbers tell more than frequent ones.

In come the words of a question and how many of the searched chunks hold each, out come terms whose
weights sum to 1. The weight of a word is

    idf ^ 2.5 · class factor · (share of the best chunks that hold it) ^ 0.25

where `idf` is BM25's and the best chunks are the nearest by vector: a word that none of them holds
(`obeyed` in `what similarity laws must be obeyed`) says little about what is asked. A word that no
chunk holds counts as if one did, so that its weight says how much of the question stays unanswered.
A word with parts shares its weight with them, so that a chunk that has only a part of `ax-200` gets
a part of the score. The exponents were fitted on three public collections (bench/quality).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ragflow.domain.queries import Term
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import Word, tokenise, words

MAX_TERMS = 256
_RARITY_EXPONENT = 2.5
_AGREEMENT_EXPONENT = 0.25
_NUMBER_FACTOR = 2.0
_NAME_FACTOR = 2.0
_FRAGMENT_FACTOR = 0.01  # words of one or two letters
_SHARE_OF_PARTS = 0.5
_INNER_WORD = re.compile(r"(?<=[^\s.!?] )[^\W\d_]\w+")  # not at the beginning of a sentence


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Count the chunks that were searched, those that hold each token, and the same of the best."""

    total: int = 0
    holders: Mapping[str, int] = field(default_factory=dict)
    best_total: int = 0
    best_holders: Mapping[str, int] = field(default_factory=dict)


def question_words(text: str) -> tuple[Word, ...]:
    """Return the words of a question that are worth searching, each once, at most `MAX_TERMS`.

    Where nothing but stop words is left, they are what the question is about and all stay.
    """
    unique = {word.text: word for word in words(text)}
    telling = [word for word in unique.values() if word.text not in stop_words()]
    return tuple(telling or unique.values())[:MAX_TERMS]


def term_texts(question: Iterable[Word]) -> tuple[str, ...]:
    """Return the words and their parts, each once, at most `MAX_TERMS`."""
    texts = dict.fromkeys(text for word in question for text in (word.text, *word.parts))
    return tuple(texts)[:MAX_TERMS]


def names(text: str) -> frozenset[str]:
    """Return the tokens of the words that stand capitalised within a sentence of a question."""
    capitalised = [word for word in _INNER_WORD.findall(text) if word[0].isupper()]
    return frozenset(token for word in capitalised for token in tokenise(word))


def weigh(
    question: Sequence[Word], occurrences: Occurrences, names: frozenset[str] = frozenset()
) -> tuple[Term, ...]:
    """Return the terms of a question, weights summing to 1; none for no words."""
    weights: dict[str, float] = dict.fromkeys(term_texts(question), 0.0)
    for word in question:
        weight = _rarity(word.text, occurrences) * _agreement(word.text, occurrences)
        weight *= _class_factor(word.text, names)
        for text, share in _shares(word).items():
            if text in weights:
                weights[text] += weight * share
    whole = math.fsum(weights.values())
    return tuple(Term(text, weight / whole) for text, weight in weights.items())


def _rarity(text: str, occurrences: Occurrences) -> float:
    total = max(1, occurrences.total)
    holders = min(max(1, occurrences.holders.get(text, 0)), total)
    idf = math.log(1 + (total - holders + 0.5) / (holders + 0.5))
    return math.pow(idf, _RARITY_EXPONENT)


def _agreement(text: str, occurrences: Occurrences) -> float:
    if not occurrences.holders.get(text, 0):
        return 1.0
    share = (occurrences.best_holders.get(text, 0) + 0.5) / (occurrences.best_total + 1)
    return math.pow(min(share, 1.0), _AGREEMENT_EXPONENT)


def _class_factor(text: str, names: frozenset[str]) -> float:
    if text[0].isdigit() and text.replace(".", "").isdigit():
        return _NUMBER_FACTOR
    if len(text) <= 2 and text.isascii():
        return _FRAGMENT_FACTOR
    return _NAME_FACTOR if text in names else 1.0


def _shares(word: Word) -> dict[str, float]:
    if not word.parts:
        return {word.text: 1.0}
    each = _SHARE_OF_PARTS / len(word.parts)
    return {word.text: 1 - _SHARE_OF_PARTS, **dict.fromkeys(word.parts, each)}
