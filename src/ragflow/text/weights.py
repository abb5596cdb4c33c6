"""Weigh the words of a question: rare words and numbers tell more than frequent ones.

In come the words and in how many of the searched chunks each occurs, out come terms whose weights
sum to 1. A word with parts shares its weight with them, so that a chunk that has only a part of
`ax-200` gets a part of the score.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ragflow.domain.queries import Term
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import Word, words

MAX_TERMS = 256
_NUMBER_FACTOR = 2.0
_FRAGMENT_FACTOR = 0.01  # words of one or two letters
_SHARE_OF_PARTS = 0.5


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


def weigh(
    question: Sequence[Word], document_frequency: Mapping[str, int], total: int
) -> tuple[Term, ...]:
    """Return the terms of a question, weights summing to 1; none for no words.

    `document_frequency` counts the chunks that hold a token, out of `total`.
    """
    weights: dict[str, float] = dict.fromkeys(term_texts(question), 0.0)
    for word in question:
        weight = _rarity(document_frequency.get(word.text, 0), total) * _class_factor(word.text)
        shares = _shares(word)
        for text, share in shares.items():
            if text in weights:
                weights[text] += weight * share
    whole = math.fsum(weights.values())
    return tuple(Term(text, weight / whole) for text, weight in weights.items())


def _rarity(holders: int, total: int) -> float:
    """Return the inverse document frequency as BM25 has it; never zero."""
    holders = min(holders, total)
    return math.log(1 + (total - holders + 0.5) / (holders + 0.5))


def _class_factor(text: str) -> float:
    if text[0].isdigit() and text.replace(".", "").isdigit():
        return _NUMBER_FACTOR
    if len(text) <= 2 and text.isascii():
        return _FRAGMENT_FACTOR
    return 1.0


def _shares(word: Word) -> dict[str, float]:
    if not word.parts:
        return {word.text: 1.0}
    each = _SHARE_OF_PARTS / len(word.parts)
    return {word.text: 1 - _SHARE_OF_PARTS, **dict.fromkeys(word.parts, each)}
