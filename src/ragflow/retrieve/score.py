"""Score candidates: the share of the question's words that each holds, mixed with its cosine.

In come candidates and weighted terms, out come scored candidates, best first. The formulas:
`term_similarity` = weight of the terms that the chunk holds / weight of all terms;
`similarity` = w · vector_similarity + (1 − w) · term_similarity + boost, or with a rerank model
w · rerank_score + (1 − w) · (term_similarity + boost). Repetition of a word does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ragflow.domain.queries import Candidate, ScoredCandidate, Term
from ragflow.text.weights import Occurrences

_NEAREST = 10  # chunks whose words say which words of the question matter

Boost = Callable[[Candidate], float]
"""Return what is added to a candidate's similarity, such as its dataset's page rank."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Pair a candidate with the terms that it holds, with and without those in its questions."""

    candidate: Candidate
    terms: frozenset[str]
    terms_outside_questions: frozenset[str]


def match(candidates: Sequence[Candidate], terms: Sequence[str]) -> list[Matched]:
    """Find which of the terms each candidate holds."""
    wanted = frozenset(terms)
    matched = []
    for candidate in candidates:
        held = wanted.intersection(candidate.content_tokens.split())
        for field in (candidate.title_tokens, candidate.keyword_tokens):
            if field:
                held |= wanted.intersection(field.split())
        everywhere = held
        if candidate.question_tokens:
            everywhere = held | wanted.intersection(candidate.question_tokens.split())
        matched.append(Matched(candidate, everywhere, held))
    return matched


def occurrences(matched: Sequence[Matched], total: int) -> Occurrences:
    """Count the candidates that hold each term, out of `total` chunks, and the nearest of them."""
    nearest = [item for item in matched if (item.candidate.vector_rank or _NEAREST + 1) <= _NEAREST]
    return Occurrences(
        total=total,
        holders=Counter(term for item in matched for term in item.terms),
        best_total=len(nearest),
        best_holders=Counter(term for item in nearest for term in item.terms),
    )


def score(
    matched: Sequence[Matched], terms: Sequence[Term], vector_weight: float, boost: Boost
) -> list[ScoredCandidate]:
    """Score by terms and cosines, best first.

    Where no candidate has a cosine other than 0 there is no vector part to mix in, and the
    similarity is the term similarity and the boost.
    """
    share = 1 - vector_weight if any(item.candidate.cosine for item in matched) else 1.0
    held = _WeightHeld(terms)
    scored = []
    for item in matched:
        term_similarity = held.share(item.terms)
        added = boost(item.candidate)
        cosine = item.candidate.cosine
        scored.append(
            ScoredCandidate(
                candidate=item.candidate,
                similarity=(1 - share) * cosine + share * term_similarity + added,
                term_similarity=term_similarity,
                vector_similarity=cosine,
                cosine=cosine,
                boost=added,
            )
        )
    return ranked(scored)


def rerank(
    scored: Sequence[ScoredCandidate],
    matched: Sequence[Matched],
    terms: Sequence[Term],
    vector_weight: float,
    rerank_scores: Mapping[tuple[str, str], float],
) -> list[ScoredCandidate]:
    """Mix in a rerank model's scores, best first; candidates without one are left out."""
    outside_questions = {key_of(item.candidate): item.terms_outside_questions for item in matched}
    held = _WeightHeld(terms)
    reranked = []
    for item in scored:
        key = key_of(item.candidate)
        if key not in rerank_scores:
            continue
        judged = rerank_scores[key]
        term_similarity = held.share(outside_questions[key])
        reranked.append(
            replace(
                item,
                similarity=(1 - vector_weight) * (term_similarity + item.boost)
                + vector_weight * judged,
                term_similarity=term_similarity,
                vector_similarity=judged,
                rerank_score=judged,
            )
        )
    return ranked(reranked)


def ranked(scored: Sequence[ScoredCandidate]) -> list[ScoredCandidate]:
    """Order by similarity, best first; ties by document and chunk id."""
    return sorted(scored, key=lambda item: (-item.similarity, *key_of(item.candidate)))


def key_of(candidate: Candidate) -> tuple[str, str]:
    """Return the key of a candidate's chunk."""
    return candidate.document_id, candidate.chunk_id


class _WeightHeld:
    """Weigh sets of terms; of a thousand candidates many hold the same."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = terms
        self._whole = sum(term.weight for term in terms)
        self._shares: dict[frozenset[str], float] = {}

    def share(self, held: frozenset[str]) -> float:
        """Return the share of the whole weight that the terms in `held` have."""
        if held not in self._shares:
            weight = sum(term.weight for term in self._terms if term.text in held)
            self._shares[held] = weight / self._whole if self._whole else 0.0
        return self._shares[held]
