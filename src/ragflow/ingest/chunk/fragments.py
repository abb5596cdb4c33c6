"""Fragments: short texts that know which characters of the document they are.

In: spans of the canonical text. Out: texts that can be cut and joined without losing count; and
what of a span no fragment has taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from ragflow.domain.chunks import ChunkDraft
from ragflow.domain.documents import Drop, DropKind, Span

_PLACE = attrgetter("start", "end")  # far quicker than comparing spans themselves


@dataclass(frozen=True, slots=True)
class Fragment:
    """Hold characters of a document: `text` is what its spans hold, one after the other."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text)

    def after(self, count: int) -> Fragment:
        """Return what follows the first `count` characters, without blanks at its ends."""
        spans: list[Span] = []
        left = count
        for span in self.spans:
            skipped = min(left, len(span))
            left -= skipped
            if skipped < len(span):
                spans.append(Span(span.start + skipped, span.end))
        return _without_blanks(self.text[count:], spans)


def fragment(text: str, *spans: Span) -> Fragment:
    """Return what spans of a text hold, without blanks at its ends."""
    if len(spans) == 1:  # as nearly always
        (span,) = spans
        held = text[span.start : span.end]
        bare = held.strip()
        if not bare:
            return Fragment()
        start = span.start + held.index(bare[0])
        return Fragment(bare, (Span(start, start + len(bare)),))
    held = "".join(text[span.start : span.end] for span in spans)
    return _without_blanks(held, [span for span in spans if len(span)])


def spans_of(fragments: Iterable[Fragment]) -> tuple[Span, ...]:
    """Return the spans of fragments in the order of the document, each once."""
    return in_order(span for each in fragments for span in each.spans)


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in the order of the document, each once."""
    return tuple(sorted(set(spans), key=_PLACE))


def in_reading_order(drafts: Iterable[ChunkDraft]) -> tuple[ChunkDraft, ...]:
    """Return drafts by where they begin; merged cells may begin above their rows."""
    return tuple(sorted(drafts, key=lambda draft: draft.spans[0].start))


def rest(text: str, spans: Iterable[Span], taken: Iterable[Span], kind: DropKind) -> Iterator[Drop]:
    """Yield drops of what of some spans is not taken and not blank."""
    held = _union(taken)
    first = 0
    for span in sorted(spans, key=_PLACE):
        while first < len(held) and held[first].end <= span.start:
            first += 1
        start, next_held = span.start, first
        while next_held < len(held) and held[next_held].start < span.end:
            yield from _drop(text, start, held[next_held].start, kind)
            start = held[next_held].end
            next_held += 1
        yield from _drop(text, start, span.end, kind)


def _drop(text: str, start: int, end: int, kind: DropKind) -> Iterator[Drop]:
    if start < end and (left := fragment(text, Span(start, end))):
        yield Drop(kind, left.spans[0])


def _union(spans: Iterable[Span]) -> list[Span]:
    union: list[Span] = []
    for span in sorted(spans, key=_PLACE):
        if union and span.start <= union[-1].end:
            union[-1] = Span(union[-1].start, max(union[-1].end, span.end))
        elif len(span):
            union.append(span)
    return union


def _without_blanks(text: str, spans: Sequence[Span]) -> Fragment:
    begin = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    kept: list[Span] = []
    place = 0
    for span in spans:
        low, high = max(begin - place, 0), min(end - place, len(span))
        if low < high:
            kept.append(Span(span.start + low, span.start + high))
        place += len(span)
    return Fragment(text[begin:end], tuple(kept))
