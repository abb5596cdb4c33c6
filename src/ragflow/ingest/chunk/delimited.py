"""Delimited text with places: the fields of each line, and which characters of the text they are.

In: a text and its delimiter. Out: records; a field in quotes may hold delimiters, line breaks and
doubled quotes. Nothing is refused: quotes that do not close are characters like others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Span
from ragflow.ingest.chunk.fragments import Fragment, fragment

_SAMPLE = 1_000_000  # characters by which a delimiter is chosen
_COMMON = "\t,;|"  # the earlier one wins a tie


@dataclass(frozen=True, slots=True)
class Record:
    """Hold the fields of a line, or of several where a field in quotes goes on over line ends."""

    line: int
    """The number of its first line, from 1."""
    whole: Fragment
    fields: tuple[Fragment, ...]

    @property
    def whole_span(self) -> Span:
        """Return the span from its first character to its last."""
        return Span(self.whole.spans[0].start, self.whole.spans[-1].end)

    @property
    def filled(self) -> tuple[Fragment, ...]:
        """Return the fields up to the last that is not empty."""
        count = len(self.fields)
        while count and not self.fields[count - 1]:
            count -= 1
        return self.fields[:count]


def records(text: str, span: Span, delimiter: str) -> Iterator[Record]:
    """Yield the records of text[span] that are not blank."""
    quoted = re.compile(rf'[^\S\n{delimiter}]*"([^"]*(?:""[^"]*)*)"[^\S\n{delimiter}]*')
    line, position, line_end = 1, span.start, -1
    while position < span.end:
        start = position
        fields: list[Fragment] = []
        while True:
            match = quoted.match(text, position, span.end)
            if match and (match.end() == span.end or text[match.end()] in f"{delimiter}\n"):
                fields.append(_unquoted(text, Span(*match.span(1))))
                position = match.end()
            else:
                if line_end < position:  # lines may be huge, so their ends are looked up once
                    line_end = _found(text, "\n", position, span.end)
                end = _found(text, delimiter, position, line_end)
                fields.append(fragment(text, Span(position, end)))
                position = end
            if position == span.end or text[position] == "\n":
                break
            position += 1
        whole = fragment(text, Span(start, position))
        if whole:
            yield Record(line, whole, tuple(fields))
        position += 1
        line += text.count("\n", start, min(position, span.end))


def pair_delimiter(text: str, *, tab_first: bool) -> str:
    """Return what parts the two columns of a text: a tab, or a comma.

    With `tab_first` that is a tab where there is any, else the one that parts more lines in two.
    """
    if tab_first and "\t" in text:
        return "\t"
    lines = [line for line in text[:_SAMPLE].split("\n") if line.strip()]
    tabs, commas = (
        sum(len(record.filled) == 2 for line in lines for record in _records_of(line, delimiter))
        for delimiter in "\t,"
    )
    if tabs == commas:
        tabs, commas = text.count("\t"), text.count(",")
    return "\t" if tabs >= commas else ","


def table_delimiter(text: str) -> str:
    """Return what parts the columns of a table: a tab where its header has one, or nothing.

    Else that is the character by which the most lines have as many fields as the header.
    """
    head = "\n".join(text[:_SAMPLE].split("\n")[:200])
    lines = head.strip().split("\n", 1)
    if "\t" in lines[0]:
        return "\t"
    best, most = "\t", 0  # a header of one column has no delimiter
    for delimiter in _COMMON:
        widths = Counter(len(record.fields) for record in _records_of(head, delimiter))
        width = next((len(record.fields) for record in _records_of(lines[0], delimiter)), 0)
        if width > 1 and widths[width] > most:
            best, most = delimiter, widths[width]
    return best


def line_numbers(numbers: Sequence[int], most: int = 10) -> str:
    """Return numbers as people read them: the first few, and dots where there are more."""
    shown = ", ".join(map(str, numbers[:most]))
    return f"{shown}…" if len(numbers) > most else shown


def _records_of(text: str, delimiter: str) -> Iterator[Record]:
    return records(text, Span(0, len(text)), delimiter)


def _found(text: str, what: str, start: int, end: int) -> int:
    place = text.find(what, start, end)
    return end if place < 0 else place


def _unquoted(text: str, span: Span) -> Fragment:
    """Return a field without the first of each two quotes."""
    spans: list[Span] = []
    start = span.start
    while (quote := text.find('""', start, span.end)) >= 0:
        spans += [Span(start, quote), Span(quote + 1, quote + 2)]
        start = quote + 2
    return fragment(text, *spans, Span(start, span.end))
