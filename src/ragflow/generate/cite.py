"""Citations: every mark of an answer is checked against the words that it points to.

In: an answer with marks, or without any, and the hits that it was made from. Out: the answer with
the marks that hold, each tied to the exact quote that supports its sentence. A mark whose hit does
not support the sentence is moved to the hit that does so best, or removed where none does. So is a
mark on a summary that a model wrote, where a passage of the document itself was found that says it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ragflow.domain.answers import Citation
from ragflow.domain.documents import Span
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import EmbeddingModel
from ragflow.domain.queries import Hit
from ragflow.generate.evidence import Claim, Quote, Source
from ragflow.generate.marks import Mark, MarkedText, normalise_marks, put_together, take_apart
from ragflow.text.sentences import split_sentences

SUPPORT_THRESHOLD = 0.5
"""The share of a sentence's telling words (numbers and names count double) that a quote must hold.
All of the sentence's numbers must stand in the quote besides."""

INSERT_FROM = 0.63
INSERT_FACTOR = 0.8
INSERT_TO = 0.3
MOST_MARKS = 4
"""Marks are inserted from similarity 0.63 on; where no sentence gets one, from 0.8 of that, and so
on down to 0.3; at most four after a sentence."""

_LEAST_TERMS = 2  # a claim of fewer telling words is read with the sentence before it
_LEAST_TERMS_TO_INSERT = 3


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """Hold an answer whose every mark has a citation; `removed` are the numbers taken out."""

    text: str
    citations: tuple[Citation, ...]
    removed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cited:
    """Tie a place in the plain text, and the claim before it, to a quote."""

    position: int
    claim: Span
    quote: Quote


def cite(
    text: str,
    hits: Sequence[Hit],
    *,
    embedding: EmbeddingModel | None = None,
) -> CheckedAnswer:
    """Check the marks of an answer; insert them by similarity where it has none at all.

    `embedding` adds nearness in meaning to the words in common, for insertion alone.
    """
    answer = take_apart(normalise_marks(text))
    sources = [Source(index, hit) for index, hit in enumerate(hits)]
    if answer.marks:
        return _check(answer, sources)
    return _insert(answer, sources, embedding)


def _check(answer: MarkedText, sources: Sequence[Source]) -> CheckedAnswer:
    cited: list[_Cited] = []
    removed: list[int] = []
    for position, claim_span, indexes in _claims(answer):
        claim = Claim(answer.plain[claim_span.start : claim_span.end])
        quotes, lost = _supporting(claim, indexes, sources)
        cited += [_Cited(position, claim_span, quote) for quote in quotes]
        removed += lost
    return _written(answer, cited, sources, removed)


def _supporting(
    claim: Claim, indexes: Sequence[int], sources: Sequence[Source]
) -> tuple[list[Quote], list[int]]:
    """Return a quote for each wanted hit that supports a claim, or for the one in its place."""
    quotes: dict[int, Quote] = {}
    lost: list[int] = []
    for index in indexes:
        quote = sources[index].best_quote(claim) if index < len(sources) else None
        if quote is not None and quote.support >= SUPPORT_THRESHOLD:
            quote = _first_hand(claim, quote, sources)
            quotes[quote.index] = quote
        else:
            lost.append(index)
    if lost and not quotes:
        others = [source for source in sources if source.index not in indexes]
        best = _best(claim, others)
        if best is not None:
            quotes[best.index] = best
    return list(quotes.values()), lost


def _first_hand(claim: Claim, quote: Quote, sources: Sequence[Source]) -> Quote:
    """Return the quote of a passage that says what a summary says, if one was found."""
    if not sources[quote.index].is_summary:
        return quote
    return _best(claim, [source for source in sources if not source.is_summary]) or quote


def _best(claim: Claim, sources: Sequence[Source]) -> Quote | None:
    """Return the quote that supports a claim most, if one does."""
    quotes = (source.best_quote(claim) for source in sources)
    found = [quote for quote in quotes if quote and quote.support >= SUPPORT_THRESHOLD]
    return max(found, key=lambda quote: (quote.support, -quote.index), default=None)


def _claims(answer: MarkedText) -> Iterator[tuple[int, Span, list[int]]]:
    """Yield each place where marks stand, the clause that they are for, and their numbers.

    Marks are for the sentence that they end, or stand in; where a sentence has several groups of
    them, each is for the words since the group before.
    """
    sentences = _sentences(answer) or [Span(0, 0)]
    groups = [
        (position, list(dict.fromkeys(mark.index for mark in marks)))
        for position, marks in groupby(answer.marks, key=lambda mark: mark.position)
    ]
    owners = [_owner(sentences, position) for position, _ in groups]
    for place, (position, indexes) in enumerate(groups):
        owner = owners[place]
        sentence = sentences[owner]
        follows = place > 0 and owners[place - 1] == owner
        start = max(sentence.start, groups[place - 1][0]) if follows else sentence.start
        is_last = place + 1 == len(groups) or owners[place + 1] != owner
        end = sentence.end if is_last else min(max(position, start), sentence.end)
        claim = _stripped(answer.plain, Span(start, end))
        if len(Claim(answer.plain[claim.start : claim.end]).weights) < _LEAST_TERMS:
            before = sentences[max(owner - 1, 0)] if start == sentence.start else sentence
            claim = Span(before.start, claim.end)
        yield position, claim, indexes


def _sentences(answer: MarkedText) -> list[Span]:
    """Return the sentences outside of code and reasoning."""
    edges = [Span(0, 0), *answer.quiet, Span(len(answer.plain), len(answer.plain))]
    return [
        Span(before.end + sentence.start, before.end + sentence.end)
        for before, after in pairwise(edges)
        for sentence in split_sentences(answer.plain[before.end : after.start])
    ]


def _owner(sentences: Sequence[Span], position: int) -> int:
    """Return which sentence a mark at `position` is for: the last that begins before it."""
    owner = 0
    for place, sentence in enumerate(sentences):
        if sentence.start >= position:
            break
        owner = place
    return owner


def _insert(
    answer: MarkedText, sources: Sequence[Source], embedding: EmbeddingModel | None
) -> CheckedAnswer:
    claims: list[tuple[Span, Claim]] = []
    for sentence in _sentences(answer):
        claim = Claim(answer.plain[sentence.start : sentence.end])
        if len(claim.weights) >= _LEAST_TERMS_TO_INSERT:
            claims.append((sentence, claim))
    if not claims or not sources:
        return CheckedAnswer(answer.plain, ())
    quotes = [[source.best_quote(claim) for source in sources] for _, claim in claims]
    nearness = _nearness(answer, [span for span, _ in claims], sources, embedding)
    threshold = INSERT_FROM
    cited: list[_Cited] = []
    while not cited and threshold >= INSERT_TO:
        for row, (span, _) in enumerate(claims):
            ranked = sorted(
                (
                    (_similarity(quote, nearness, row), quote)
                    for quote in quotes[row]
                    if quote is not None
                ),
                key=lambda scored: (-scored[0], scored[1].index),
            )
            chosen = [quote for similarity, quote in ranked if similarity >= threshold]
            cited += [_Cited(span.end, span, quote) for quote in chosen[:MOST_MARKS]]
        threshold *= INSERT_FACTOR
    return _written(answer, cited, sources, ())


def _similarity(quote: Quote, nearness: Sequence[Sequence[float]] | None, row: int) -> float:
    """Return the words in common; with a model, their mean with the nearness in meaning."""
    if quote.support < INSERT_TO:
        return 0.0
    if nearness is None:
        return quote.support if quote.support >= SUPPORT_THRESHOLD else 0.0
    return (quote.support + nearness[row][quote.index]) / 2


def _nearness(
    answer: MarkedText,
    claims: Sequence[Span],
    sources: Sequence[Source],
    embedding: EmbeddingModel | None,
) -> Sequence[Sequence[float]] | None:
    if embedding is None:
        return None
    try:
        said = embedding.embed([answer.plain[span.start : span.end] for span in claims], "query")
        read = embedding.embed([source.content for source in sources], "passage")
    except ModelUnavailable:
        return None  # the words in common still tell
    cosines: list[list[float]] = (said @ read.T).tolist()
    return cosines


def _written(
    answer: MarkedText,
    cited: Sequence[_Cited],
    sources: Sequence[Source],
    removed: Sequence[int],
) -> CheckedAnswer:
    marks = [Mark(entry.position, entry.quote.index) for entry in cited]
    text, written = put_together(answer, marks)
    citations = tuple(
        Citation(
            hit_index=entry.quote.index,
            sentence=written(entry.claim),
            quote=entry.quote.span,
            quote_text=sources[entry.quote.index].content[
                entry.quote.span.start : entry.quote.span.end
            ],
            support=round(entry.quote.support, 4),
        )
        for entry in cited
    )
    return CheckedAnswer(text, citations, tuple(dict.fromkeys(removed)))


def _stripped(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
