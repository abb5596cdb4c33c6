"""Evidence: which sentences and table rows of some passages answer a question best.

In: a question, passages, and optionally a function that returns cosines to the question. Out: up to
four sentences, best first, none of them a copy of another; none where nothing supports an answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.adapters.models.candidates import Candidate, candidates_of, telling_terms
from ragflow.domain.answers import Passage
from ragflow.text.units import UnitKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Similarities = Callable[[str, Sequence[str]], "NDArray[np.float32] | None"]

_MOST = 4
_LEAST_COVERAGE = 0.3  # of the question's weight, in the best sentence with its surroundings
_LEAST_SUPPORT = 0.25  # coverage and nearness together
_MORE_FOR_ROWS = 0.15
_E5_MIDDLE = 0.84  # cosine of a question to sentences of which half answer it
_SUPPORT_BY_MEANING = 8.0
_LEAST_SHARE = 0.6  # of the best score, for a further sentence
_LEAST_ROW_SHARE = 0.95  # of the best coverage, for a further row: all rows share their headers
_SAME = 0.7  # share of terms in common that makes a copy
_NEIGHBOUR = 0.5
_TITLE = 0.3
_RANK = 0.02
_KIND = 0.3
_MEANING = 2.0
_ASKING = frozenset(("much", "mani", "make"))  # tokens that ask and name nothing
_SHORTEST = 3  # terms, one less for each that was asked for; stray words answer nothing
_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen)\b")
_DATE = re.compile(r"\b1\d{3}\b|\b20\d\d\b|\b\d{1,2}(?:st|nd|rd|th)\b|century|decade|月|年|世纪")
_NAME = re.compile(r"(?<=[a-z,;:] )(?:[A-Z][\w’'-]+)|[A-Z]{2,}")
_WANTED = (
    (re.compile(r"\bhow (?:many|much|old|long|far|tall|large|high|big|often)\b|多少|几"), _NUMBER),
    (
        re.compile(
            r"\bwhen\b|\b(?:what|which|in what|in which) (?:year|date|day|month|century)"
            r"|何时|什么时候|哪年|哪一年"
        ),
        _DATE,
    ),
    (re.compile(r"\bwho(?:m|se)?\b|\bwhere\b"), _NAME),
    (re.compile(r"\bpercent|\bpercentage\b|百分"), re.compile(r"%|percent|百分")),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Hold a sentence or table row; `index` is its passage's mark, `place` its passage's rank."""

    text: str
    index: int
    place: int
    start: int
    score: float
    is_row: bool = False


def choose_evidence(
    question: str, passages: Sequence[Passage], similarities: Similarities
) -> list[Choice]:
    """Return the sentences that answer the question, best first."""
    from ragflow.text.weights import question_words, term_texts

    wanted = set(term_texts(question_words(question)))
    wanted = wanted - _ASKING or wanted
    sentences = [
        sentence
        for place, passage in enumerate(passages)
        for sentence in candidates_of(passage, place, wanted)
    ]
    kind = _wanted_kind(question)
    fitting = [_is_of_kind(one, wanted, kind) for one in sentences]
    answering = [
        _can_answer(one, question, wanted, fits is True)
        for one, fits in zip(sentences, fitting, strict=True)
    ]
    if not wanted or not any(answering):
        return []
    weights = _weights(wanted, sentences)
    titles = [telling_terms(passage.title) for passage in passages]
    coverage = _coverage(sentences, weights, titles)
    nearness = _nearness(question, sentences, coverage, similarities)
    scores = _scores(fitting, sentences, coverage, nearness)
    candidates = [number for number, able in enumerate(answering) if able]
    order = sorted(candidates, key=lambda number: (-scores[number], number))
    best = order[0]
    if not _is_supported(sentences[best], coverage[best], _nearest(sentences, nearness, best)):
        return []
    chosen: list[int] = []
    for number in order:
        if len(chosen) == _MOST or scores[number] < _LEAST_SHARE * scores[best]:
            break
        if sentences[number].is_row and coverage[number] < _LEAST_ROW_SHARE * coverage[best]:
            continue
        if not any(_same(sentences[number], sentences[other]) for other in chosen):
            chosen.append(number)
    return [_choice(sentences[number], scores[number]) for number in chosen]


def _is_of_kind(sentence: Candidate, wanted: set[str], kind: re.Pattern[str] | None) -> bool | None:
    """Tell whether a unit has what is asked for, beside what the question says; None for any."""
    from ragflow.text.tokenise import tokenise

    if kind is None:
        return None
    found = (tokenise(match[0]) for match in kind.finditer(sentence.text))
    return any(not tokens or not wanted.issuperset(tokens) for tokens in found)


def _can_answer(sentence: Candidate, question: str, wanted: set[str], is_of_kind: bool) -> bool:
    """Tell whether a unit may be an answer: it says enough, and does not ask the question again.

    A heading answers only after a number, date or the like that it holds.
    """
    if sentence.is_row:
        return True
    if sentence.kind is UnitKind.HEADING and not is_of_kind:
        return False
    is_short = len(sentence.terms) < max(_SHORTEST - len(sentence.terms & wanted), 2)
    if is_short or sentence.text.strip() == question.strip():
        return False
    asks = sentence.text.endswith(("?", "？"))
    return not asks or len(sentence.terms - wanted) >= _SHORTEST


def _weights(wanted: set[str], sentences: Sequence[Candidate]) -> dict[str, float]:
    """Weigh the question's terms: rare ones tell more; the weights sum to 1."""
    holders = Counter(term for one in sentences for term in one.terms & wanted)
    total = len(sentences)
    raw = {term: math.log(1 + (total + 1) / (holders[term] + 0.5)) for term in sorted(wanted)}
    whole = math.fsum(raw.values())
    return {term: weight / whole for term, weight in raw.items()}


def _coverage(
    sentences: Sequence[Candidate], weights: dict[str, float], titles: Sequence[frozenset[str]]
) -> list[float]:
    """Return the share of the question in each sentence, with parts for what stands around it."""
    found = []
    for number, sentence in enumerate(sentences):
        around = {
            term
            for other in (number - 1, number + 1)
            if 0 <= other < len(sentences) and sentences[other].place == sentence.place
            for term in sentences[other].terms
        }
        share = 0.0
        for term, weight in weights.items():
            if term in sentence.terms:
                share += weight
            elif term in sentence.heading or (term in around and not sentence.is_row):
                share += _NEIGHBOUR * weight
            elif term in titles[sentence.place]:
                share += _TITLE * weight
        found.append(share)
    return found


def _nearness(
    question: str,
    sentences: Sequence[Candidate],
    coverage: Sequence[float],
    similarities: Similarities,
) -> list[float] | None:
    """Return the cosine of each sentence less that of a fair match; the most promising come first.

    A sentence that was not compared counts as the farthest of the others.
    """
    order = sorted(range(len(sentences)), key=lambda number: (-coverage[number], number))
    cosines = similarities(question, [sentences[number].text for number in order])
    if cosines is None:
        return None
    known = [float(value) - _E5_MIDDLE for value in cosines]
    farthest = min(known)
    nearness = [farthest] * len(sentences)
    for number, value in zip(order, known, strict=False):
        nearness[number] = value
    return nearness


def _scores(
    fitting: Sequence[bool | None],
    sentences: Sequence[Candidate],
    coverage: Sequence[float],
    nearness: Sequence[float] | None,
) -> list[float]:
    """Join coverage, nearness, the kind of answer that is wanted, and the passages' order."""
    scores = []
    for number, sentence in enumerate(sentences):
        score = coverage[number]
        if fitting[number]:
            score *= 1 + _KIND
        if nearness is not None:
            score += _MEANING * nearness[number]
        scores.append(score - _RANK * sentence.place)
    return scores


def _nearest(
    sentences: Sequence[Candidate], nearness: Sequence[float] | None, best: int
) -> float | None:
    """Return how near the best sentence is, a row by itself, others with what stands around."""
    if nearness is None:
        return None
    return nearness[best] if sentences[best].is_row else max(nearness)


def _is_supported(sentence: Candidate, coverage: float, nearness: float | None) -> bool:
    """Tell whether the best sentence supports an answer at all.

    A row needs more: the one about a name has half of any question about that name.
    """
    more = _MORE_FOR_ROWS if sentence.is_row else 0.0
    if nearness is None:
        return coverage >= _LEAST_COVERAGE + more
    return coverage + _SUPPORT_BY_MEANING * nearness >= _LEAST_SUPPORT + more


def _wanted_kind(question: str) -> re.Pattern[str] | None:
    """Return what an answer of the asked kind looks like."""
    lower = question.lower()
    return next((answer for asked, answer in _WANTED if asked.search(lower)), None)


def _same(one: Candidate, other: Candidate) -> bool:
    if one.is_row or other.is_row:
        return one.text == other.text
    smaller = min(len(one.terms), len(other.terms))
    return len(one.terms & other.terms) >= _SAME * smaller


def _choice(sentence: Candidate, score: float) -> Choice:
    return Choice(
        sentence.text, sentence.index, sentence.place, sentence.start, score, sentence.is_row
    )
