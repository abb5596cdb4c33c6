"""Token counts as the contract counts them (cl100k).

In: any text, of any length. Out: counts, and cuts of a text that keep within a count. Markers such
as `<|endoftext|>` are plain text here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ragflow.domain.documents import Span

if TYPE_CHECKING:
    from bpe_openai._bindings import PyTokenizer


def count_tokens(text: str) -> int:
    """Count the tokens of a text."""
    if not text:
        return 0
    return int(_encoder().count(_encodable(text)))


def truncate_tokens(text: str, limit: int) -> str:
    """Return a beginning of a text that has at most `limit` tokens, cut between words if it can.

    It has at least one character, which by itself can be several tokens.
    """
    if limit <= 0:
        return ""
    window = 8 * limit
    while window < len(text) and _fits(text[:window], limit):
        window *= 2
    if _fits(text[:window], limit):
        return text
    return text[: split_tokens(text[:window], limit)[0].end]


def split_tokens(text: str, limit: int) -> list[Span]:
    """Cut a text into spans of at most `limit` tokens that cover it, between words where it can."""
    limit = max(limit, 1)
    spans: list[Span] = []
    start = end = used = 0
    for word in _words(text, limit):
        cost = count_tokens(word)
        if used and used + cost > limit:
            spans.append(Span(start, end))
            start, used = end, 0
        end += len(word)
        used += cost
    if end > start:
        spans.append(Span(start, end))
    return spans


def _words(text: str, limit: int) -> Iterator[str]:
    position = 0
    for word in _encoder().pretokenize(_encodable(text)):
        rest = text[position : position + len(word)]
        position += len(word)
        while not _fits(rest, limit) and len(rest) > 1:
            cut = _fitting_length(rest, limit)
            yield rest[:cut]
            rest = rest[cut:]
        if rest:
            yield rest


def _fitting_length(word: str, limit: int) -> int:
    """Find how many characters of a word too long for `limit` fit; at least one."""
    low, high = 1, min(len(word), 4 * limit)
    while _fits(word[:high], limit):
        low, high = high, min(len(word), 2 * high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _fits(word[:middle], limit) else (low, middle)
    return low


def _fits(text: str, limit: int) -> bool:
    return _encoder().count_till_limit(_encodable(text), limit) is not None


def _encodable(text: str) -> str:
    """Replace lone surrogates, one character by one, since tokens are UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


@functools.cache
def _encoder() -> PyTokenizer:
    # The package's own wrapper refuses texts over a megabyte, and the binding below it does not.
    from bpe_openai import _bindings

    return _bindings.tokenizer_for_encoding("cl100k_base")
