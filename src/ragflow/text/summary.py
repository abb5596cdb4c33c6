"""A summary in the text's own sentences, made without a model.

In: passages and a number of tokens. Out: their most central sentences, in reading order, within the
number. A sentence is central when many sentences share its telling words (LexRank, Erkan and Radev
2004: page rank over the cosines of tf·idf vectors); each next one is chosen by maximal marginal
relevance (Carbonell and Goldstein 1998), so that it says something new. The same passages always
give the same summary; passages without a sentence give their beginning.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ragflow.text.sentences import split_sentences
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import tokenise
from ragflow.text.tokens import count_tokens, truncate_tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_TAG = re.compile(r"<[^<>]{1,200}>")
_MARK = re.compile(r"^[\s#>|*+•-]+")
_MOST_SENTENCES = 600  # that are compared with one another
_LEAST_TERMS = 4  # of a sentence that can stand alone
_DAMPING = 0.85
_ROUNDS = 60
_LEAST_LINK = 1e-6
_SAME = 0.8  # cosine of two sentences that say the same
_RELEVANCE = 0.7  # against novelty


def extracted_summary(passages: Sequence[str], most_tokens: int) -> str:
    """Return the most central sentences of the passages."""
    sentences = _spread(_sentences(passages), _MOST_SENTENCES)
    if not sentences:
        return truncate_tokens(" ".join(" ".join(passages).split()), most_tokens)
    near = _cosines([terms for _, terms in sentences])
    order = _by_relevance(_ranks(near), near)
    chosen: list[int] = []
    left = most_tokens
    for place in order:
        cost = count_tokens(sentences[place][0]) + 1
        if cost <= left:
            chosen.append(place)
            left -= cost
        elif chosen:  # what fits behind would be there for its length alone
            break
    if not chosen:
        return truncate_tokens(sentences[order[0]][0], most_tokens)
    return "\n".join(sentences[place][0] for place in sorted(chosen))


def _sentences(passages: Sequence[str]) -> list[tuple[str, Counter[str]]]:
    """Return the sentences that can stand alone, each once, with their telling words."""
    found: dict[str, Counter[str]] = {}
    for passage in passages:
        text = _TAG.sub(" ", passage)
        for span in split_sentences(text):
            sentence = " ".join(_MARK.sub("", text[span.start : span.end]).split())
            terms = Counter(term for term in tokenise(sentence) if term not in stop_words())
            if len(terms) >= _LEAST_TERMS:
                found.setdefault(sentence, terms)
    return list(found.items())


def _spread(sentences: list[tuple[str, Counter[str]]], most: int) -> list[tuple[str, Counter[str]]]:
    """Return at most so many sentences, from everywhere in the text."""
    if len(sentences) <= most:
        return sentences
    return [sentences[place * len(sentences) // most] for place in range(most)]


def _cosines(counted: Sequence[Counter[str]]) -> Matrix:
    import numpy as np

    holders = Counter(term for counts in counted for term in counts)
    columns = {term: number for number, term in enumerate(holders)}
    vectors = np.zeros((len(counted), len(columns)), dtype=np.float32)
    for row, counts in enumerate(counted):
        for term, count in counts.items():
            vectors[row, columns[term]] = count * math.log(1 + len(counted) / holders[term])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines: Matrix = (vectors @ vectors.T).astype(np.float64)
    return cosines


def _ranks(near: Matrix) -> Matrix:
    """Return the page rank of each sentence; one that is like no other leads anywhere."""
    import numpy as np

    links = near - np.diag(np.diag(near))
    links[links.sum(axis=1) < _LEAST_LINK] = 1.0
    odds = links / links.sum(axis=1, keepdims=True)
    ranks: Matrix = np.full(len(near), 1 / len(near))
    for _ in range(_ROUNDS):
        ranks = (1 - _DAMPING) / len(near) + _DAMPING * (ranks @ odds)
    return ranks


def _by_relevance(ranks: Matrix, near: Matrix) -> list[int]:
    """Order sentences by how central they are and how unlike those before them.

    One that says the same as one before it is left out.
    """
    import numpy as np

    relevance = ranks / ranks.max()
    told = np.zeros(len(ranks))
    left = np.ones(len(ranks), dtype=bool)
    order: list[int] = []
    while left.any():
        worth = np.round(_RELEVANCE * relevance - (1 - _RELEVANCE) * told, 9)
        best = int(np.where(left, worth, -np.inf).argmax())  # the first of equals
        order.append(best)
        left[best] = False
        told = np.maximum(told, near[best])
        left &= told < _SAME
    return order
