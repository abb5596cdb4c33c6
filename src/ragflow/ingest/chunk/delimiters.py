"""Delimiters: the contract's notation for them, and the splitting of a text at them.

In: `delimiter` of a parser_config: single characters, and longer ones in back-quotes; escapes such
as backslash-n stand for their character. Out: the spans between the delimiters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ragflow.domain.documents import Drop, DropKind, Span

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "\\": "\\"}
_ESCAPE = re.compile(r"\\([ntrfv0\\])")
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Split:
    """Hold the pieces of a text, stripped and not blank, and the delimiters that were taken out."""

    pieces: tuple[Span, ...]
    drops: tuple[Drop, ...]


def delimiter_strings(notation: str) -> tuple[str, ...]:
    """Read the notation; the longest delimiter comes first."""
    decoded = _ESCAPE.sub(lambda match: _ESCAPES[match[1]], notation)
    quoted = _QUOTED.findall(decoded)
    single = _QUOTED.sub("", decoded)
    return tuple(sorted({*quoted, *single}, key=lambda item: (-len(item), item)))


def delimiter_pattern(notation: str) -> re.Pattern[str] | None:
    """Compile the notation; None where it names no delimiter."""
    alternatives = "|".join(re.escape(item) for item in delimiter_strings(notation))
    return re.compile(f"(?:{alternatives})+") if alternatives else None


def split_at(text: str, span: Span, pattern: re.Pattern[str] | None) -> Split:
    """Split text[span] at its delimiters; blank delimiters need no drop."""
    pieces: list[Span] = []
    drops: list[Drop] = []
    start = span.start
    if pattern is not None:
        for match in pattern.finditer(text, span.start, span.end):
            _add(pieces, stripped(text, Span(start, match.start())))
            if not match[0].isspace():
                drops.append(Drop(DropKind.DELIMITER, Span(*match.span())))
            start = match.end()
    _add(pieces, stripped(text, Span(start, span.end)))
    return Split(tuple(pieces), tuple(drops))


def stripped(text: str, span: Span) -> Span:
    """Narrow a span by the whitespace at its ends."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _add(pieces: list[Span], span: Span) -> None:
    if len(span):
        pieces.append(span)
