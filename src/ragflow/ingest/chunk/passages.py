"""Passages: pieces put together as one readable text, each character traced to the document.

In: the pieces of a chunk and the headings above it. Out: the content, the spans in it and where
they stand. Pieces that are the document's own words keep the line breaks between them; rendered
ones, such as tables, stand as they are. Headings repeated from above come first in the content and
last among the spans, so that a chunk's place in the document is that of its own words. For the
ledger a repeated character is in both chunks and counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ragflow.domain.documents import Span
from ragflow.ingest.chunk.merge import Piece, content_of, joined
from ragflow.ingest.chunk.places import Run, runs_of


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hold the runs of a text, or of something `rendered` that stands in it, such as a table."""

    runs: tuple[Run, ...]
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold a content, the characters of the document in it, and where its own words stand."""

    content: str
    spans: tuple[Span, ...]
    stretches: tuple[Stretch, ...]

    @property
    def runs(self) -> list[Run]:
        """Return the runs of all stretches."""
        return [run for stretch in self.stretches for run in stretch.runs]


def passage(text: str, pieces: Sequence[Piece], above: Iterable[Span] = ()) -> Passage:
    """Put pieces together, below the headings `above` that are not among them."""
    own = {span for piece in pieces for span in piece.spans}
    repeated = tuple(span for span in above if span not in own)
    parts = [" ".join(text[span.start : span.end].split()) for span in repeated]
    spans: list[Span] = []
    stretches: list[Stretch] = []
    length = sum(len(part) + 1 for part in parts)
    for part in _parts(text, pieces):
        parts.append(part.content)
        spans.extend(part.spans)
        stretches.extend(_moved(stretch, length) for stretch in part.stretches)
        length += len(part.content) + 1
    return Passage("\n".join(parts), (*spans, *repeated), tuple(stretches))


def _parts(text: str, pieces: Sequence[Piece]) -> Iterator[Passage]:
    for verbatim, group in groupby(pieces, lambda piece: _is_verbatim(text, piece)):
        if not verbatim:
            for piece in group:
                whole = Run(Span(0, len(piece.content)), piece.spans)
                stretch = Stretch(piece.runs or (whole,), rendered=True)
                yield Passage(piece.content, piece.spans, (stretch,))
            continue
        spans = joined(text, [span for piece in group for span in piece.spans])
        yield Passage(content_of(text, spans), spans, (Stretch(tuple(runs_of(spans))),))


def _is_verbatim(text: str, piece: Piece) -> bool:
    if len(piece.spans) != 1:
        return False
    span = piece.spans[0]
    return text[span.start : span.end] == piece.content


def _moved(stretch: Stretch, shift: int) -> Stretch:
    runs = [
        Run(Span(run.content.start + shift, run.content.end + shift), run.spans)
        for run in stretch.runs
    ]
    return Stretch(tuple(runs), stretch.rendered)
