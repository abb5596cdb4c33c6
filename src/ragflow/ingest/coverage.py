"""The coverage ledger: proof that no character of a document was lost on the way to its chunks.

In: a parsed document and what a chunk method made of it. Out: how many non-space characters went
into chunks and how many were left out, by reason; each counts once, and a chunk wins over a drop.
Of passages that say the same one chunk is stored, so the characters of the further ones count as
duplicates, though the chunk points to them too.
Refused with a `CoverageError`: characters that are nowhere, spans that point outside the text, and
chunks whose content lacks characters that its spans claim.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument, ChunkKind
from ragflow.domain.documents import Coverage, DropKind, ParsedDocument, Span
from ragflow.domain.errors import CoverageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KINDS = tuple(DropKind)
_LOST = 0
_IN_CHUNK = len(_KINDS) + 1  # drops are marked 1 … len(_KINDS)
_WINDOW = 1 << 20
_SAMPLE = 60
_TAG = re.compile(r"<[^<>]*>")
_SPACES = (
    *range(0x09, 0x0E),
    *range(0x1C, 0x21),
    *(0x85, 0xA0, 0x1680),
    *range(0x2000, 0x200B),
    *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
)


def account(document: ParsedDocument, chunked: ChunkedDocument) -> Coverage:
    """Return where the characters of a document went. Raises `CoverageError`."""
    for chunk in chunked.chunks:
        _check_content(document.text, chunk)
    marks = _marks(document, chunked)
    counts = _count(document.text, marks)
    if counts[_LOST]:
        raise CoverageError(lost=counts[_LOST], sample=_lost_sample(document.text, marks))
    dropped = {kind.value: counts[code] for code, kind in enumerate(_KINDS, 1) if counts[code]}
    return Coverage(
        extracted=sum(counts),
        in_chunks=counts[_IN_CHUNK],
        dropped=dropped,
        warnings=document.warnings,
        ocr_pages=len(document.recognised),
        ocr_confidence=_mean([page.confidence for page in document.recognised]),
    )


def in_words(coverage: Coverage) -> str:
    """Say where the characters of a document went, for people."""
    if not coverage.extracted:
        return "No text was found."
    words = f"Of {coverage.extracted:,} characters {coverage.in_chunks:,} are in chunks"
    if coverage.dropped:
        kinds = sorted(coverage.dropped.items(), key=lambda item: -item[1])
        left_out = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in kinds)
        words += f"; left out: {left_out}"
    if coverage.ocr_pages:
        words += f"; text recognised on {coverage.ocr_pages} pages"
        if coverage.ocr_confidence is not None:
            words += f" (mean confidence {coverage.ocr_confidence:.0%})"
    return f"{words}."


def _mean(shares: Sequence[float]) -> float | None:
    return round(sum(shares) / len(shares), 4) if shares else None


def _marks(document: ParsedDocument, chunked: ChunkedDocument) -> NDArray[np.uint8]:
    import numpy as np

    marks = np.zeros(len(document.text), dtype=np.uint8)
    codes = {kind: code for code, kind in enumerate(_KINDS, 1)}
    for drop in (*document.drops, *chunked.drops):
        _check_bounds(document.text, drop.span)
        marks[drop.span.start : drop.span.end] = codes[drop.kind]
    for chunk in chunked.chunks:
        _mark(marks, document.text, chunk.repeats, codes[DropKind.DUPLICATE])
    for chunk in chunked.chunks:
        _mark(marks, document.text, chunk.spans, _IN_CHUNK)
    return marks


def _mark(marks: NDArray[np.uint8], text: str, spans: Sequence[Span], code: int) -> None:
    for span in spans:
        _check_bounds(text, span)
        marks[span.start : span.end] = code


def _count(text: str, marks: NDArray[np.uint8]) -> list[int]:
    """Count the non-space characters under each mark."""
    import numpy as np

    counts = np.zeros(_IN_CHUNK + 1, dtype=np.int64)
    for start, visible in _visible_windows(text):
        seen = marks[start : start + len(visible)][visible]
        counts += np.bincount(seen, minlength=_IN_CHUNK + 1)
    return [int(count) for count in counts]


def _lost_sample(text: str, marks: NDArray[np.uint8]) -> str:
    for start, visible in _visible_windows(text):
        lost = visible & (marks[start : start + len(visible)] == _LOST)
        if lost.any():
            first = start + int(lost.argmax())
            return text[first : first + _SAMPLE]
    return ""


def _visible_windows(text: str) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Yield where each window of the text starts and which of its characters are not spaces."""
    import numpy as np

    is_space = np.zeros(max(_SPACES) + 2, dtype=np.bool_)
    is_space[list(_SPACES)] = True
    beyond = len(is_space) - 1
    for start in range(0, len(text), _WINDOW):
        encoded = text[start : start + _WINDOW].encode("utf-32-le", "surrogatepass")
        points = np.frombuffer(encoded, dtype=np.uint32)
        yield start, ~is_space[np.minimum(points, beyond)]


def _check_bounds(text: str, span: Span) -> None:
    if not 0 <= span.start <= span.end <= len(text):
        raise CoverageError(
            f"The span {span.start}:{span.end} lies outside the text of {len(text)} characters.",
            lost=len(span),
            sample="",
        )


def _check_content(text: str, chunk: ChunkDraft) -> None:
    """Check that a chunk's content holds every non-space character of its spans."""
    claimed = "".join("".join(text[span.start : span.end] for span in _union(chunk.spans)).split())
    if claimed == "".join(chunk.content.split()):
        return
    wanted = Counter(claimed)
    if chunk.kind is ChunkKind.TABLE and chunk.content.startswith("<table>"):
        # The letters of the markup are not the text's; those of the text are escaped.
        missing = wanted - _visible(html.unescape(_TAG.sub("", chunk.content)))
    else:
        missing = wanted - _visible(chunk.content)
        if missing:  # a table in prose: what is escaped in the one stands as it is in the other
            missing -= _visible(html.unescape(chunk.content)) - _visible(chunk.content)
    if missing:
        raise CoverageError(
            f"A chunk lacks characters that it claims to hold, such as {next(iter(missing))!r}: "
            f"{chunk.content[:_SAMPLE]!r}.",
            lost=missing.total(),
            sample="".join(missing)[:_SAMPLE],
        )


def _visible(content: str) -> Counter[str]:
    return Counter("".join(content.split()))


def _union(spans: Sequence[Span]) -> list[Span]:
    union: list[Span] = []
    for span in sorted(spans):
        if union and span.start <= union[-1].end:
            union[-1] = Span(union[-1].start, max(union[-1].end, span.end))
        else:
            union.append(span)
    return union
