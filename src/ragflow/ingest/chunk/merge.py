"""Merging: from small pieces to chunks of about the wanted size, and from huge pieces to parts.

The contract: pieces are appended to a chunk until it exceeds the wanted number of tokens, so that a
chunk may overrun by one piece. Ours beside it: a chunk does not end with a heading, and a piece far
larger than wanted is cut at its sentences, or between words where a sentence is too long itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Span
from ragflow.ingest.chunk.delimiters import stripped
from ragflow.ingest.chunk.places import Run
from ragflow.text.sentences import split_sentences
from ragflow.text.tokens import count_tokens, split_tokens

UNLIMITED = 1 << 40
"""A wanted size, in tokens, at which nothing is ever cut."""

_LARGEST_WHOLE = 512
_SMALLEST_PART = 256
_LARGEST_GAP = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold text that stays together; `spans` are the characters of the document in it.

    `above` are the headings that it stands under, outermost first. `runs` say where in a content
    that renders its characters differently, such as a table, they stand.
    """

    content: str
    spans: tuple[Span, ...]
    tokens: int
    title: bool = False
    above: tuple[Span, ...] = ()
    runs: tuple[Run, ...] = ()


def largest_piece(chunk_token_num: int) -> int:
    """Return how many tokens a piece may have before it is cut.

    Small wanted sizes are a way to get one chunk per piece, so that pieces of a usual size stay
    whole whatever the wanted size is.
    """
    return max(2 * chunk_token_num, _LARGEST_WHOLE)


def merge(pieces: Iterable[Piece], chunk_token_num: int) -> Iterator[list[Piece]]:
    """Yield the pieces of each chunk."""
    group: list[Piece] = []
    tokens = 0
    for piece in pieces:
        if tokens > chunk_token_num:
            headings = _headings_at_end(group)
            yield group[: len(group) - headings]
            group = group[len(group) - headings :]
            tokens = sum(kept.tokens for kept in group)
        group.append(piece)
        tokens += piece.tokens
    if group:
        yield group


def text_pieces(
    text: str, span: Span, chunk_token_num: int, *, title: bool = False
) -> Iterator[Piece]:
    """Yield text[span] as one piece, or as several where it is far too large."""
    content = text[span.start : span.end]
    tokens = count_tokens(content)
    if tokens <= largest_piece(chunk_token_num):
        yield Piece(content, (span,), tokens, title)
        return
    for part in split_large(content, max(chunk_token_num, _SMALLEST_PART)):
        content_part = content[part.start : part.end]
        moved = Span(span.start + part.start, span.start + part.end)
        yield Piece(content_part, (moved,), count_tokens(content_part), title)


def split_large(text: str, limit: int) -> list[Span]:
    """Cut a text into spans of whole sentences with at most `limit` tokens each, if it can."""
    parts: list[Span] = []
    tokens = 0
    for sentence in _short_sentences(text, limit):
        cost = count_tokens(text[sentence.start : sentence.end])
        if parts and tokens + cost <= limit:
            parts[-1] = Span(parts[-1].start, sentence.end)
            tokens += cost
        else:
            parts.append(sentence)
            tokens = cost
    return [stripped(text, part) for part in parts]


def joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join spans with nothing but a little whitespace between them; order is kept."""
    result: list[Span] = []
    for span in spans:
        if result and _adjoin(text, result[-1], span):
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def content_of(text: str, spans: Sequence[Span]) -> str:
    """Return the text of joined spans, one below the other."""
    return "\n".join(text[span.start : span.end] for span in spans)


def _adjoin(text: str, before: Span, after: Span) -> bool:
    if not before.start <= before.end <= after.start <= before.end + _LARGEST_GAP:
        return False
    gap = text[before.end : after.start]
    return not gap or gap.isspace()


def _headings_at_end(group: Sequence[Piece]) -> int:
    """Count the headings that a group ends with; none where it consists of headings alone."""
    count = 0
    while count < len(group) and group[-1 - count].title:
        count += 1
    return count if count < len(group) else 0


def _short_sentences(text: str, limit: int) -> Iterator[Span]:
    for sentence in split_sentences(text):
        content = text[sentence.start : sentence.end]
        if count_tokens(content) <= limit:
            yield sentence
            continue
        for part in split_tokens(content, limit):
            start, end = sentence.start + part.start, sentence.start + part.end
            if not text[start:end].isspace():
                yield Span(start, end)
